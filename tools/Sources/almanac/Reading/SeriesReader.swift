import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// Reads one point of a store; damage is stepped over and kept in the log.
struct SeriesReader {
    let snapshot: Snapshot
    let store: String
    let log: DamageLog
    let series: SeriesID

    /// Lends the samples of a range to a closure, a run at a time, oldest first.
    func forEachRun(
        in range: TimeRange, _ body: (FrameBuffer, Range<Int>) throws(ToolFailure) -> Bool
    ) throws(ToolFailure) {
        var failure: ToolFailure?
        try withStoreErrors(of: store) { () throws(StoreError) in
            try snapshot.forEachRun(of: series, in: range, skipping: log) { frame, positions in
                do throws(ToolFailure) { return try body(frame, positions) } catch {
                    failure = error
                    return false
                }
            }
        }
        if let failure { throw failure }
    }

    func samples(
        in range: TimeRange, limit: Int? = nil, order: ReadOrder = .forward
    ) throws(ToolFailure) -> SampleColumns {
        try withStoreErrors(of: store) { () throws(StoreError) in
            try snapshot.samples(
                of: series, in: range, limit: limit, order: order, skipping: log)
        }
    }

    func aggregates(in grid: BucketGrid) throws(ToolFailure) -> [Aggregate] {
        try withStoreErrors(of: store) { () throws(StoreError) in
            try snapshot.aggregates(of: series, in: grid, skipping: log)
        }
    }

    /// How many samples a range has, counted up to a bound.
    func count(in range: TimeRange, upTo bound: Int) throws(ToolFailure) -> Int {
        var count = 0
        try forEachRun(in: range) { _, positions in
            count += positions.count
            return count < bound
        }
        return min(count, bound)
    }

    /// From the first sample of a range up to behind its last; nil where there is none.
    func extent(in range: TimeRange) throws(ToolFailure) -> TimeRange? {
        guard let first = try samples(in: range, limit: 1).times.first,
            let last = try samples(in: range, limit: 1, order: .backward).times.first
        else { return nil }
        return TimeRange(
            from: Timestamp(milliseconds: first), to: Timestamp(milliseconds: last).next)
    }
}

extension SampleColumns {
    func isUsable(_ place: Int) -> Bool {
        values[place].isFinite && Quality(rawValue: qualities[place]).isUsable
    }

    func sample(at place: Int) -> Sample {
        Sample(
            time: Timestamp(milliseconds: times[place]), value: values[place],
            quality: Quality(rawValue: qualities[place]))
    }
}
