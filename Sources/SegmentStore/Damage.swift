public import TimeSeriesModel

/// Bytes that are not what was written: where, whose, and what of it cannot be read.
public struct Damage: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable {
        case checksum
        case truncated
        case missingFile = "missing_file"
        case wrongSize = "wrong_size"
        case badHeader = "bad_header"
        case badIndex = "bad_index"
        case badStatistics = "bad_statistics"
        case outOfOrder = "out_of_order"
        case badLog = "bad_log"
        case badCatalog = "bad_catalog"
        case badManifest = "bad_manifest"
    }

    /// Relative to the store's folder.
    public var file: String
    /// Bytes from the beginning of the file.
    public var offset: Int
    /// The owner, where the damaged part has one and it is known.
    public var series: SeriesID?
    /// First time of the part, where known.
    public var from: Timestamp?
    /// Last time of the part, where known.
    public var to: Timestamp?
    public var reason: Reason
    /// Whether samples cannot be read because of it: a spare copy or a rebuild costs none.
    public var losesSamples: Bool
    /// What was found and what was expected, in words for a person.
    public var detail: String

    public init(
        file: String, offset: Int, reason: Reason, losesSamples: Bool, detail: String,
        series: SeriesID? = nil, from: Timestamp? = nil, to: Timestamp? = nil
    ) {
        self.file = file
        self.offset = offset
        self.series = series
        self.from = from
        self.to = to
        self.reason = reason
        self.losesSamples = losesSamples
        self.detail = detail
    }
}

extension Damage: CustomStringConvertible {
    public var description: String { "\(file)@\(offset): \(reason.rawValue): \(detail)" }
}
