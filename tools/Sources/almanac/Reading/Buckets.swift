import Almanac
import SegmentStore
import TimeSeriesModel

/// A bucket that has samples.
struct Bucket {
    /// Where it begins on the calendar, also before the range that was asked for.
    let start: Timestamp
    let aggregate: Aggregate
    /// Its cells, in the order of the aggregations.
    let cells: [Cell]
}

/// The buckets of one point that have samples, in order, a bounded number in memory at a time.
struct Buckets {
    let reader: SeriesReader
    let calendar: BucketCalendar
    let aggregations: [Aggregation]
    /// Whose neighbours are asked for where aggregations want them; nil where none does.
    var point: PointAddress?

    private var ofNeighbours: Set<Almanac.Aggregation> {
        Set(aggregations.compactMap(\.ofNeighbours))
    }

    private static let countAtATime = 1 << 14
    /// The samples of so many are in memory where those next to a bucket take part.
    private static let countWithSamplesAtATime = 1 << 12

    /// Lends each bucket to a closure that says whether to go on.
    func forEach(
        in range: TimeRange, _ body: (Bucket) throws(ToolFailure) -> Bool
    ) throws(ToolFailure) {
        guard let extent = try reader.extent(in: range) else { return }
        let countMax =
            ofNeighbours.isEmpty ? Buckets.countAtATime : Buckets.countWithSamplesAtATime
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
        _ span: BucketSpan, _ body: (Bucket) throws(ToolFailure) -> Bool
    ) throws(ToolFailure) -> Bool {
        let aggregates = try reader.aggregates(in: span.grid)
        let neighbours = try neighbours(of: span)
        for (place, aggregate) in aggregates.enumerated() where aggregate.count > 0 {
            let bucket = Bucket(
                start: span.starts[place], aggregate: aggregate,
                cells: aggregations.map { $0.cell(aggregate, neighbours?[place]) })
            guard try body(bucket) else { return false }
        }
        return true
    }

    /// The same buckets by the façade, which knows what lies between samples; nil where nothing of
    /// that is wanted.
    private func neighbours(of span: BucketSpan) throws(ToolFailure) -> [Almanac.Bucket]? {
        guard let point, !ofNeighbours.isEmpty else { return nil }
        return try withHistoryErrors(of: reader.store) { () throws(HistoryError) in
            try HistorySnapshot(of: reader.snapshot, skipping: reader.log).buckets(
                of: point, in: span.grid.range, every: calendar.width, zone: calendar.zone,
                aggregations: ofNeighbours)
        }
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
