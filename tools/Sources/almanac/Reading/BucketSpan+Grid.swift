import Almanac
import SegmentStore

extension BucketSpan {
    /// The buckets as the store is asked for them.
    var grid: BucketGrid { BucketGrid(bounds: bounds)! }
}
