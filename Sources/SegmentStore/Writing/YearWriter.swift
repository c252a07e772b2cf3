import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// Writes the samples that an import brings to one year into a new segment, leaving out what the
/// store has already.
struct YearWriter {
    /// What a year's part of an import came to.
    struct Outcome {
        var year: UTCYear
        /// In `tmp/`; nil where nothing was new.
        var segment: FinishedSegment?
        var counts: Classifier.Counts
        /// Samples of the import in this year, each time once.
        var readCount: Int
    }

    private let store: Store
    private let base: Snapshot
    private let rule: ConflictRule
    private let year: UTCYear
    private let lsn: LSN
    private let known: YearView?

    init(_ bulk: BulkImport, _ year: UTCYear, _ lsn: LSN) {
        store = bulk.store
        base = bulk.base
        rule = bulk.rule
        self.year = year
        self.lsn = lsn
        known = bulk.base.years.first { $0.year == year }
    }

    /// Writes from sorted columns in memory.
    func write(_ sorted: [SortedSeries]) throws(StoreError) -> Outcome? {
        var items: [Item] = []
        for series in sorted {
            let positions = series.positions(in: year)
            guard !positions.isEmpty else { continue }
            if try isKnown(series, positions) {
                items.append(.toClassify(series, positions))
            } else {
                items += ChunkPiece.pieces(of: [series], in: year).map(Item.new)
            }
        }
        return try write(items) { (item) throws(StoreError) in
            switch item {
            case .new(let piece):
                let run = try piece.encode(lsn: lsn, store.encoders)
                return Made(run: run, counts: Classifier.Counts(new: piece.range.count))
            case .toClassify(let series, let positions):
                return try classify(series, positions)
            }
        } sampleCount: {
            switch $0 {
            case .new(let piece): piece.range.count
            case .toClassify(_, let positions): positions.count
            }
        }
    }

    /// Writes from runs on disk, in bounded memory.
    func write(_ runs: YearView) throws(StoreError) -> Outcome? {
        let series = try runs.seriesWithSampleCounts()
        return try write(series) { (item) throws(StoreError) in
            try classify(item.series, runs)
        } sampleCount: {
            $0.count
        }
    }

    private enum Item: Sendable {
        case new(ChunkPiece)
        case toClassify(SortedSeries, Range<Int>)
    }

    private struct Made: Sendable {
        var run: EncodedRun
        var counts: Classifier.Counts
    }

    private func write<Unit: Sendable>(
        _ items: [Unit], make: @Sendable (Unit) throws(StoreError) -> Made,
        sampleCount: (Unit) -> Int
    ) throws(StoreError) -> Outcome? {
        guard !items.isEmpty else { return nil }
        let isFirst = known?.segments.isEmpty ?? true
        let target = LazySegmentWriter(store, year, isFirst ? .merged : .flushed, lsn...lsn)
        var counts = Classifier.Counts()
        do throws(StoreError) {
            try OrderedWorkers.run(items, sampleCount: sampleCount, make: make) {
                (made: Made) throws(StoreError) in
                counts.add(made.counts)
                if made.run.sampleCount > 0 { try target.append(made.run) }
            }
            return Outcome(
                year: year, segment: try target.finish(), counts: counts, readCount: counts.total)
        } catch {
            target.discard()
            throw error
        }
    }

    /// Whether the store may hold samples of a series where the new ones are.
    private func isKnown(_ series: SortedSeries, _ positions: Range<Int>) throws(StoreError) -> Bool
    {
        guard let known else { return false }
        let first = series.columns.times[positions.lowerBound]
        let last = series.columns.times[positions.upperBound - 1]
        for segment in known.segments
        where try !segment.entries(of: series.series, from: first, through: last).isEmpty {
            return true
        }
        return false
    }

    private func classify(
        _ series: SortedSeries, _ positions: Range<Int>
    ) throws(StoreError) -> Made {
        var classifier = Classifier(known, series.series, rule, store.scratches)
        var feeder = ChunkFeeder(series: series.series)
        return try store.encoders.withEncoder { (encoder) throws(StoreError) in
            let survivors = try classifier.survivors(of: series.columns, positions)
            try feeder.append(survivors, 0..<survivors.count, lsn: lsn, using: &encoder)
            return Made(run: try feeder.finish(using: &encoder), counts: classifier.counts)
        }
    }

    private func classify(_ series: SeriesID, _ runs: YearView) throws(StoreError) -> Made {
        var classifier = Classifier(known, series, rule, store.scratches)
        var feeder = ChunkFeeder(series: series)
        return try store.encoders.withEncoder { (encoder) throws(StoreError) in
            var block = SampleColumns()
            let floor = base.manifest.floor ?? .min
            _ = try runs.forEachRun(
                of: series, ReadBounds(year.range)!, .forward, store.scratches, nil
            ) { (frame, positions) throws(StoreError) in
                // Retention may have moved on since the run was written.
                let first = frame.times.firstPosition(in: positions) { $0 >= floor }
                classifier.skip(belowFloor: first - positions.lowerBound)
                block.append(contentsOf: frame, first..<positions.upperBound)
                if block.count >= 1 << 16 { try feed(&block) }
                return true
            }
            try feed(&block)
            return Made(run: try feeder.finish(using: &encoder), counts: classifier.counts)

            func feed(_ block: inout SampleColumns) throws(StoreError) {
                let survivors = try classifier.survivors(of: block, 0..<block.count)
                try feeder.append(survivors, 0..<survivors.count, lsn: lsn, using: &encoder)
                block.removeAll(keepingCapacity: true)
            }
        }
    }
}
