public import TimeSeriesModel

/// What the usable samples of a point in a range come to.
public struct Statistics: Hashable, Sendable {
    /// Usable samples: good or uncertain, with a finite value.
    public var count: Int
    /// Samples of bad quality: they take part in nothing else.
    public var countBad: Int
    public var min: Double?
    public var max: Double?
    /// Sum over count.
    public var avg: Double?
    public var sum: Double
    public var first: Double?
    public var last: Double?
    public var firstTimestamp: Timestamp?
    public var lastTimestamp: Timestamp?

    public init(
        count: Int = 0, countBad: Int = 0, min: Double? = nil, max: Double? = nil,
        avg: Double? = nil, sum: Double = 0, first: Double? = nil, last: Double? = nil,
        firstTimestamp: Timestamp? = nil, lastTimestamp: Timestamp? = nil
    ) {
        self.count = count
        self.countBad = countBad
        self.min = min
        self.max = max
        self.avg = avg
        self.sum = sum
        self.first = first
        self.last = last
        self.firstTimestamp = firstTimestamp
        self.lastTimestamp = lastTimestamp
    }
}
