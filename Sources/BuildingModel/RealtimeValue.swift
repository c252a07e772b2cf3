public import TimeSeriesModel

/// The value that a point had when somebody last heard of it.
public struct RealtimeValue: Hashable, Sendable {
    public var point: PointAddress
    public var value: Double
    public var quality: Quality
    /// When it arrived.
    public var timestamp: Timestamp
    public var dataType: DataType
    public var unitCode: UInt16?
    /// How old it may be and still be called fresh.
    public var timeToLive: Duration
    public var createdAt: Timestamp?
    public var updatedAt: Timestamp?
    /// How old it was when a cache gave it, by the stamp or by the time that it had been held,
    /// whichever is more; zero for one that no cache gave.
    public var leastAge = Duration.zero

    public static let defaultTimeToLive = Duration.seconds(60)

    public init(
        point: PointAddress, value: Double, quality: Quality = [], timestamp: Timestamp,
        dataType: DataType, unitCode: UInt16? = nil,
        timeToLive: Duration = RealtimeValue.defaultTimeToLive, createdAt: Timestamp? = nil,
        updatedAt: Timestamp? = nil
    ) {
        self.point = point
        self.value = value
        self.quality = quality
        self.timestamp = timestamp
        self.dataType = dataType
        self.unitCode = unitCode
        self.timeToLive = timeToLive
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
