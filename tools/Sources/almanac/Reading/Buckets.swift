import Almanac
import SegmentStore
import TimeSeriesModel

/// The buckets of one point that have samples, in order, a bounded number in memory at a time.
///
/// They are the façade's, so that samples from before and after a point's change of kind are never
/// mixed in one.
struct Buckets {
    let reader: SeriesReader
    /// The state that the reader reads. One for all buckets: it reads the journal once.
    let history: HistorySnapshot
    let point: PointAddress
    let calendar: BucketCalendar
    let aggregations: [Aggregation]

    init(
        _ reader: SeriesReader, of point: PointAddress, on calendar: BucketCalendar,
        aggregations: [Aggregation]
    ) {
        self.reader = reader
        history = HistorySnapshot(of: reader.snapshot, skipping: reader.log)
        self.point = point
        self.calendar = calendar
        self.aggregations = aggregations
    }

    private static let countAtATime = 1 << 14
    /// The samples of so many are in memory if those next to a bucket take part.
    private static let countWithSamplesAtATime = 1 << 12

    /// Lends each bucket to a closure that says whether to go on.
    func forEach(
        in range: TimeRange, _ body: (Almanac.Bucket) throws(ToolFailure) -> Bool
    ) throws(ToolFailure) {
        guard let extent = try reader.extent(in: range) else { return }
        let countMax =
            aggregations.contains(where: \.needsNeighbours)
            ? Buckets.countWithSamplesAtATime : Buckets.countAtATime
        var rest = range.clipped(to: calendar.whole(extent))
        while let span = calendar.span(of: rest, countMax: countMax) {
            guard try lend(span, body), let next = span.next else { return }
            // Where a point rests for years, its next sample is where to go on.
            guard let left = TimeRange(from: next, to: rest.to),
                let more = try reader.extent(in: left)
            else { return }
            rest = left.clipped(to: calendar.whole(more))
        }
    }

    private func lend(
        _ span: BucketSpan, _ body: (Almanac.Bucket) throws(ToolFailure) -> Bool
    ) throws(ToolFailure) -> Bool {
        let buckets = try withHistoryErrors(of: reader.store) { () throws(HistoryError) in
            try history.buckets(
                of: point, in: span.grid.range, every: calendar.width, zone: calendar.zone,
                aggregations: Set(aggregations.map(\.ofHistory)))
        }
        for bucket in buckets where bucket.count > 0 {
            guard try body(bucket) else { return false }
        }
        return true
    }
}

extension BucketCalendar {
    /// The range widened to whole buckets.
    func whole(_ range: TimeRange) -> TimeRange {
        let last = Timestamp(milliseconds: range.to.milliseconds - 1)
        var end = index(containing: last) + 1
        // A day that a zone skipped whole has no length.
        while start(of: end) < range.to { end += 1 }
        return TimeRange(from: start(of: index(containing: range.from)), to: start(of: end))!
    }
}

extension TimeRange {
    /// The part of it that lies in another one; empty where there is none.
    func clipped(to other: TimeRange) -> TimeRange {
        let start = max(from, other.from)
        return TimeRange(from: start, to: max(start, min(to, other.to)))!
    }
}
