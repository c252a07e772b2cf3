public import TimeSeriesModel

/// What one bucket of samples is told by.
public enum Aggregation: String, Hashable, Sendable, CaseIterable {
    case min, max, sum, count, first, last
    /// The sum by the count.
    case mean
    /// The mean over time instead of samples; see ``Bucket/timeWeightedMean``.
    case timeWeightedMean
    /// How much the value moved; see ``Bucket/delta``.
    case delta

    /// Whether samples next to the bucket take part, so that stored statistics do not do.
    var needsNeighbours: Bool { self == .timeWeightedMean || self == .delta }

    /// Whether it tells an amount of the bucket's own time rather than a value that goes on: then
    /// nothing of it belongs into an empty bucket.
    var isAmount: Bool { self == .sum || self == .count || self == .delta }
}

extension Aggregation {
    /// What is asked where nobody said: the mean of analog points, the last state of others.
    public static func standard(for dataType: DataType) -> Aggregation {
        dataType == .analog ? .mean : .last
    }
}
