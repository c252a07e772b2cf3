import SegmentStore
import TimeSeriesModel

/// What a bucket's own samples amount to: the part of a bucket that stored statistics can tell.
struct BucketSummary: Hashable, Sendable {
    /// Usable samples with finite values.
    var count = 0
    /// Samples whose quality is bad.
    var badCount = 0
    var minimum: Double?
    var maximum: Double?
    var sum: Double?
    var mean: Double?
    var first: Double?
    var last: Double?
    var firstTime: Timestamp?
    var lastTime: Timestamp?
}

extension BucketSummary {
    init(_ aggregate: Aggregate) {
        self.init(
            count: aggregate.count, badCount: aggregate.badCount, minimum: aggregate.minimum,
            maximum: aggregate.maximum, sum: aggregate.count > 0 ? aggregate.sum : nil,
            mean: aggregate.mean, first: aggregate.first, last: aggregate.last,
            firstTime: aggregate.firstTime, lastTime: aggregate.lastTime)
    }
}
