public import TimeSeriesModel

/// What the usable (good or uncertain) samples of a bucket amount to.
///
/// An empty bucket has count 0 and `nil` for the rest: what is missing is never zero. Only what was
/// asked for is there; the counts, firsts and lasts always are.
public struct Bucket: Hashable, Sendable {
    /// Where it begins on the calendar, also before the range that was asked for.
    public var start: Timestamp
    /// The part of it that was asked for: the first and last bucket of an answer may be cut.
    public var range: TimeRange
    /// Usable samples.
    public var count: Int
    /// Samples whose quality is bad; they take no other part.
    public var badCount: Int
    public var minimum: Double?
    public var maximum: Double?
    public var sum: Double?
    /// ``sum`` by ``count``.
    public var mean: Double?
    public var first: Double?
    public var last: Double?
    public var firstTime: Timestamp?
    public var lastTime: Timestamp?
    /// The mean over the time in which the value is known: held until the next sample, or on the
    /// line to it. The samples next to the bucket take part, so that a bucket without a sample of its
    /// own may have one. `nil` for consumption, and where nothing is known.
    public var timeWeightedMean: Double?
    /// The part of the bucket that ``timeWeightedMean`` covers; zero where it was not asked for.
    public var coveredTime: Duration
    /// The value at or before the bucket's end minus the one at or before its start, else its
    /// first: consecutive buckets add up. A totalizer's falls count as roll-overs or resets; of
    /// consumption it is the amounts stamped after the start and up to the end. `nil` where no
    /// sample lies between, both ends included.
    public var delta: Double?
    /// How often a totalizer fell in ``delta``.
    public var fallCount: Int

    /// The length of the part that was asked for: a local day has 23, 24 or 25 hours.
    public var length: Duration { range.duration }

    /// The value that an aggregation names; of an empty bucket the count is 0.
    public func value(of aggregation: Aggregation) -> Double? {
        switch aggregation {
        case .min: minimum
        case .max: maximum
        case .sum: sum
        case .count: Double(count)
        case .first: first
        case .last: last
        case .mean: mean
        case .timeWeightedMean: timeWeightedMean
        case .delta: delta
        }
    }
}

extension Bucket {
    init(start: Timestamp, range: TimeRange, _ summary: BucketSummary) {
        self.init(
            start: start, range: range, count: summary.count, badCount: summary.badCount,
            minimum: summary.minimum, maximum: summary.maximum, sum: summary.sum,
            mean: summary.mean, first: summary.first, last: summary.last,
            firstTime: summary.firstTime, lastTime: summary.lastTime, coveredTime: .zero,
            fallCount: 0)
    }
}
