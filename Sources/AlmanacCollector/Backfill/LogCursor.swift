internal import BuildingModel
public import TimeSeriesModel

/// The position up to which a trend log of a device has been read. It is stored after the data that
/// it speaks of: a crash between the two reads some records again, and the store has them already.
public struct LogCursor: Hashable, Sendable, Codable {
    /// The form of the request for the next records.
    public enum Method: String, Hashable, Sendable, Codable {
        case sequence
        /// The device's numbers contradict its records.
        case time
        /// Its times do too.
        case position
    }

    /// The number of the last record; nil if the device gives none, or none that can be relied on.
    public var sequence: UInt32?
    /// The time of the last record by the device's own clock, in milliseconds since 1970 of its local
    /// time; nil if the record has none.
    public var localTime: Int64?
    /// The number of records of this time that were taken, one after the other.
    public var countAtTime = 0
    /// The device's total-record-count when the last pass began.
    public var total: UInt32?
    public var method = Method.sequence
    /// The number of times in a row that the device's numbers contradicted its records.
    public var contradictions = 0
    /// By how many milliseconds the device's clock is ahead, as far as times of records are corrected.
    public var clockError: Int64 = 0
    /// The time of the last record, in UTC.
    public var lastTime: Timestamp?
    /// The gaps up to the next value, by the place of the logged property.
    var openGaps: [OpenGap?] = []

    public init() {}
}

/// The beginning of a gap that ends with the log's next value.
struct OpenGap: Hashable, Sendable, Codable {
    var from: Timestamp
    var reason: GapReason
    var detail: String?
}
