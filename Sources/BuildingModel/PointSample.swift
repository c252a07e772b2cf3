public import TimeSeriesModel

/// A sample with the point that it belongs to, as a service stores it.
public struct PointSample: Hashable, Sendable {
    public var point: PointAddress
    /// The log that collected it; checked when it is stored, and not kept a sample.
    public var trendLogID: TrendLogID?
    public var value: Double
    public var timestamp: Timestamp
    public var quality: Quality

    public init(
        point: PointAddress, value: Double, at timestamp: Timestamp, quality: Quality = [],
        trendLogID: TrendLogID? = nil
    ) {
        self.point = point
        self.trendLogID = trendLogID
        self.value = value
        self.timestamp = timestamp
        self.quality = quality
    }
}
