public import TimeSeriesModel

/// A sample with the point that it belongs to, as a service stores it.
public struct PointSample: Hashable, Sendable {
    public var point: PointAddress
    /// The log that collected it. It has to have the point when the sample is stored, and is not
    /// kept per sample; a read returns the log that held the point at the time of the sample.
    public var trendLogID: TrendLogID?
    /// Seconds since the sample before it, 0 for the first of a point. Not kept per sample; a read
    /// returns what the stored times show.
    public var intervalSeconds: Int?
    public var value: Double
    public var timestamp: Timestamp
    public var quality: Quality

    public init(
        point: PointAddress, value: Double, at timestamp: Timestamp, quality: Quality = [],
        trendLogID: TrendLogID? = nil, intervalSeconds: Int? = nil
    ) {
        self.point = point
        self.trendLogID = trendLogID
        self.intervalSeconds = intervalSeconds
        self.value = value
        self.timestamp = timestamp
        self.quality = quality
    }
}
