public import TimeSeriesModel

/// The current value of a point with all that a screen shows of it.
public struct DataPoint: Hashable, Sendable {
    public var point: PointAddress
    public var value: Double
    public var quality: Quality
    public var timestamp: Timestamp
    public var dataType: DataType
    public var unitCode: UInt16?
    public var unitSymbol: String?
    public var isFresh: Bool

    public init(
        point: PointAddress, value: Double, quality: Quality = .good, timestamp: Timestamp,
        dataType: DataType, unitCode: UInt16? = nil, unitSymbol: String? = nil, isFresh: Bool
    ) {
        self.point = point
        self.value = value
        self.quality = quality
        self.timestamp = timestamp
        self.dataType = dataType
        self.unitCode = unitCode
        self.unitSymbol = unitSymbol
        self.isFresh = isFresh
    }

    /// A cached value, with the unit of its point. It is fresh if it was when the cache returned it.
    public init(_ value: RealtimeValue, of point: MonitoringPoint? = nil) {
        self.init(
            point: value.point, value: value.value, quality: value.quality,
            timestamp: value.timestamp, dataType: value.dataType,
            unitCode: value.unitCode ?? point?.unitCode, unitSymbol: point?.displayedUnit,
            isFresh: value.leastAge <= value.timeToLive)
    }
}
