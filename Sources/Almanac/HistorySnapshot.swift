import ColumnCodec
import SegmentStore

/// One committed state of a store, frozen: later writes do not appear in it.
///
/// All reads are synchronous, may touch the disk, and may be made from any thread.
public struct HistorySnapshot: Sendable {
    let engine: Snapshot
    let context: ReadContext
    /// Nil for one that a single call takes.
    private let lease: SnapshotLease?

    var catalog: Catalog { engine.catalog }
    var documents: DocumentCache { context.documents }
    var journal: JournalIndex { context.journal }
    /// Takes note of damage, which is then stepped over; without one, damage is thrown.
    var log: DamageLog? { context.log }

    init(_ engine: Snapshot, _ context: ReadContext, lease: SnapshotLease? = nil) {
        self.engine = engine
        self.context = context
        self.lease = lease
    }

    /// The position up to which batches are seen.
    public var position: UInt64 { engine.position }

    /// The samples that reading everything gives.
    public var sampleCount: Int { engine.sampleCount }

    /// Samples of one answer at most; ``DataManager/batches(of:in:)`` has no bound.
    public static let sampleCountMax = 10_000_000

    /// The samples of a point in a half-open range, oldest first, of every quality.
    ///
    /// Decodes only what overlaps the range.
    ///
    /// - Throws: `unknownPoint`; `limitExceeded` above ten million samples; `damaged`, naming file
    ///   and offset: what is undamaged stays readable.
    public func samples(
        of point: PointAddress, in range: TimeRange, limit: Int? = nil
    ) throws(HistoryError) -> [Sample] {
        if let limit, limit < 0 {
            throw HistoryError(
                .invalidParameter, "limit \(limit) found, 0 or more expected", parameter: "limit")
        }
        return try context.meter.sample { () throws(HistoryError) in
            let bound = HistorySnapshot.sampleCountMax
            let samples = try rows(of: point, in: range, limit: min(limit ?? bound + 1, bound + 1))
            guard samples.count <= bound else {
                throw HistoryError(
                    .limitExceeded,
                    "more than \(bound) samples found, at most that many in one answer",
                    parameter: "range")
            }
            return samples
        }
    }

    private func rows(
        of point: PointAddress, in range: TimeRange, limit: Int
    ) throws(HistoryError) -> [Sample] {
        guard let series = try series(of: point), limit > 0 else { return [] }
        var rows: [Sample] = []
        do throws(StoreError) {
            try engine.forEachRun(of: series, in: range, skipping: log) {
                (frame, positions) throws(StoreError) in
                rows.append(frame, positions.prefix(limit - rows.count))
                return rows.count < limit
            }
        } catch { throw HistoryError(error) }
        return rows
    }

    /// The same as columns.
    func columns(
        of point: PointAddress, in range: TimeRange, limit: Int? = nil
    ) throws(HistoryError) -> SampleColumns {
        guard let series = try series(of: point) else { return SampleColumns() }
        do throws(StoreError) {
            return try engine.samples(of: series, in: range, limit: limit, skipping: log)
        } catch { throw HistoryError(error) }
    }

    /// The newest sample at or before a time, however old; nil where there is none.
    public func value(of point: PointAddress, at time: Timestamp) throws(HistoryError) -> Sample? {
        guard let series = try series(of: point) else { return nil }
        do throws(StoreError) {
            return try engine.sample(of: series, atOrBefore: time, skipping: log)
        } catch { throw HistoryError(error) }
    }

    /// The newest sample of a point; nil where there is none.
    public func latestValue(of point: PointAddress) throws(HistoryError) -> Sample? {
        guard let series = try series(of: point) else { return nil }
        do throws(StoreError) {
            return try engine.latestSample(of: series, skipping: log)
        } catch { throw HistoryError(error) }
    }

    /// Count, extremes, sum, mean, first and last of the usable samples in a range.
    ///
    /// Whole chunks come from stored statistics; the answer has the same bits as if all samples were
    /// decoded. Of a point that turned from analog to digital or back, samples of the kind that it has
    /// at the range's end take part.
    public func statistics(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> Statistics {
        try context.meter.sample { () throws(HistoryError) in
            guard let series = try series(of: point) else { return Statistics() }
            let range = catalog[point]?.kinds.ofOneKind(range) ?? range
            do throws(StoreError) {
                return Statistics(try engine.aggregate(of: series, in: range, skipping: log))
            } catch { throw HistoryError(error) }
        }
    }

    /// The series of a known point; nil before its first sample.
    func series(of point: PointAddress) throws(HistoryError) -> SeriesID? {
        if let series = engine.catalog.series(of: point) { return series }
        guard engine.catalog[point] != nil else { throw HistoryError.unknown(point) }
        return nil
    }
}

extension [Sample] {
    fileprivate mutating func append(_ frame: FrameBuffer, _ positions: Range<Int>) {
        // Adding nothing to an empty array writes its count, which all empty arrays share.
        guard !positions.isEmpty else { return }
        let (times, values, qualities) =
            (frame.times.span, frame.values.span, frame.qualities.span)
        append(addingCapacity: positions.count) { rows in
            for row in positions {
                rows.append(
                    Sample(
                        time: Timestamp(rawValue: times[row]), value: values[row],
                        quality: Quality(rawValue: qualities[row])))
            }
        }
    }
}

extension SampleColumns {
    func sample(_ index: Int) -> Sample {
        Sample(
            time: Timestamp(rawValue: times[index]), value: values[index],
            quality: Quality(rawValue: qualities[index]))
    }
}

extension Statistics {
    init(_ aggregate: Aggregate) {
        self.init(
            count: aggregate.count, countBad: aggregate.badCount, min: aggregate.minimum,
            max: aggregate.maximum, avg: aggregate.mean, sum: aggregate.sum,
            first: aggregate.first, last: aggregate.last, firstTimestamp: aggregate.firstTime,
            lastTimestamp: aggregate.lastTime)
    }
}
