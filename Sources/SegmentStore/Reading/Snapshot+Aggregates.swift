import ColumnCodec
import DurableFiles
import Synchronization
public import TimeSeriesModel

/// Where an aggregate comes from.
public enum AggregateSource: Sendable {
    /// Stored statistics where a chunk lies whole inside, decoded samples elsewhere.
    case statistics
    /// Every sample decoded: for comparing the two, which have equal bits.
    case samples
}

extension Snapshot {
    /// Count, least, greatest, sum, mean, first and last of a series over a half-open range.
    ///
    /// - Throws: ``StoreError`` with code `damaged` at the first damage, unless `log` collects it.
    public func aggregate(
        of series: SeriesID, in range: TimeRange, from source: AggregateSource = .statistics,
        skipping log: DamageLog? = nil
    ) throws(StoreError) -> Aggregate {
        guard let grid = BucketGrid(bounds: [range.from, range.to]) else { return Aggregate() }
        return try aggregates(of: series, in: grid, from: source, skipping: log)[0]
    }

    /// The same for each bucket of a grid, in order; an empty bucket has count 0.
    ///
    /// - Throws: ``StoreError`` with code `damaged` at the first damage, unless `log` collects it;
    ///   `cancelled` before the next chunk if the calling task was cancelled.
    public func aggregates(
        of series: SeriesID, in grid: BucketGrid, from source: AggregateSource = .statistics,
        skipping log: DamageLog? = nil
    ) throws(StoreError) -> [Aggregate] {
        try aggregates(of: series, in: grid, source, log, .task)
    }

    private func aggregates(
        of series: SeriesID, in grid: BucketGrid, _ source: AggregateSource, _ log: DamageLog?,
        _ cancellation: CancellationCheck
    ) throws(StoreError) -> [Aggregate] {
        var folder = BucketFolder(grid)
        guard let bounds = ReadBounds(grid.range) else { return folder.aggregates }
        try reportLosses(to: log)
        for year in years(from: bounds.first, through: bounds.last) {
            try year.reportLosses(to: log, from: bounds.first, through: bounds.last)
            try fold(series, of: year, bounds, source, log, cancellation, into: &folder)
        }
        return folder.aggregates
    }

    /// The same for several series at once, on all cores; answers in the order of `series`.
    ///
    /// - Throws: the error of the first series that has one.
    public func aggregates(
        of series: [SeriesID], in grid: BucketGrid, from source: AggregateSource = .statistics,
        skipping log: DamageLog? = nil
    ) throws(StoreError) -> [[Aggregate]] {
        let cancellation = CancellationCheck.shared(Cancellation())
        let answers = Guarded(
            [Result<[Aggregate], StoreError>?](repeating: nil, count: series.count))
        ParallelWork.perform(series.count) { index in
            let answer = Result { () throws(StoreError) in
                try aggregates(of: series[index], in: grid, source, log, cancellation)
            }
            answers.withLock { $0[index] = answer }
        }
        return try answers.withLock { $0 }.map { (answer) throws(StoreError) in
            try answer!.get()
        }
    }

    private func fold(
        _ series: SeriesID, of year: YearView, _ bounds: ReadBounds, _ source: AggregateSource,
        _ log: DamageLog?, _ cancellation: CancellationCheck, into folder: inout BucketFolder
    ) throws(StoreError) {
        var placed: [PlacedEntry] = []
        for segment in year.segments {
            for entry in try segment.entries(of: series, from: bounds.first, through: bounds.last) {
                placed.append(PlacedEntry(segment: segment, entry: entry))
            }
            try segment.reportLosses(to: log)
        }
        if let head = year.headSpan(of: series, in: bounds) { placed.append(head) }
        if year.segments.count == 1, placed.last?.segment != nil {
            // Chunks of one segment do not overlap.
            for item in placed {
                try cancellation.check()
                try fold(series, item, bounds, source, log, into: &folder)
            }
            return
        }
        for cluster in PlacedEntry.clusters(of: placed) {
            try cancellation.check()
            if cluster.count == 1, let only = cluster.first, only.segment != nil {
                try fold(series, only, bounds, source, log, into: &folder)
            } else {
                try foldInterleaved(series, cluster, bounds, log, cancellation, into: &folder)
            }
        }
    }

    /// A chunk that nothing overlaps.
    private func fold(
        _ series: SeriesID, _ placed: PlacedEntry, _ bounds: ReadBounds,
        _ source: AggregateSource, _ log: DamageLog?, into folder: inout BucketFolder
    ) throws(StoreError) {
        let entry = placed.entry
        if source == .statistics, entry.answersAlone,
            folder.isInOneBucket(entry.firstTime, entry.lastTime)
        {
            folder.add(entry.statistics)
        } else {
            try foldDecoded(series, placed, bounds, log, into: &folder)
        }
    }

    private func foldDecoded(
        _ series: SeriesID, _ placed: PlacedEntry, _ bounds: ReadBounds, _ log: DamageLog?,
        into folder: inout BucketFolder
    ) throws(StoreError) {
        let entry = placed.entry
        guard let segment = placed.segment else { return }
        try scratches.withScratch { (scratch) throws(StoreError) in
            do throws(ChunkFailure) {
                let head = try segment.load(
                    frames: { $0.frames(in: bounds) }, of: entry, series: series, into: &scratch)
                let isExact = head.layout.sumsStayExact(entry.statistics)
                for number in head.layout.frames(in: bounds) {
                    do throws(CodecError) {
                        if isExact,
                            try folder.add(
                                frame: number, of: head.layout, endingAt: entry.lastTime,
                                from: &scratch)
                        {
                            continue
                        }
                        try scratch.decode(frame: number, of: head.layout)
                    } catch {
                        throw ChunkFailure.damage(
                            segment.undecodable(error, entry, series))
                    }
                    let positions = bounds.positions(in: scratch.frame.times)
                    folder.add(scratch.frame, positions, of: head.layout)
                }
            } catch { try log.report(error) }
            folder.endPart()
        }
    }

    /// Chunks of several segments that overlap in time: the later segment's sample counts.
    private func foldInterleaved(
        _ series: SeriesID, _ cluster: ArraySlice<PlacedEntry>, _ bounds: ReadBounds,
        _ log: DamageLog?, _ cancellation: CancellationCheck, into folder: inout BucketFolder
    ) throws(StoreError) {
        let first = max(bounds.first, cluster.first!.entry.firstTime)
        let last = min(bounds.last, cluster.map(\.entry.lastTime).max()!)
        guard first <= last,
            let range = TimeRange(
                from: Timestamp(rawValue: first), to: Timestamp(rawValue: last + 1))
        else { return }
        try forEachRun(of: series, in: range, skipping: log, checking: cancellation) {
            (frame, positions) in
            folder.add(frame, positions, of: nil)
            return true
        }
        folder.endPart()
    }
}

extension YearView {
    /// The span of what the heads have of a series, as if it were a chunk that must be decoded.
    fileprivate func headSpan(of series: SeriesID, in bounds: ReadBounds) -> PlacedEntry? {
        let own = ReadBounds(
            first: max(bounds.first, year.start.rawValue),
            last: min(bounds.last, year.end.rawValue - 1))
        guard own.first <= own.last, let columns = heads.columns(of: series, in: own),
            let first = columns.times.first, let last = columns.times.last
        else { return nil }
        var statistics = ChunkStatistics()
        statistics.firstTime = first
        statistics.lastTime = last
        return PlacedEntry(
            segment: nil, entry: IndexEntry(offset: 0, byteCount: 0, statistics: statistics))
    }
}

/// An index entry and where it belongs.
struct PlacedEntry {
    /// `nil` for the heads.
    let segment: Segment?
    let entry: IndexEntry

    /// Entries by time, those whose spans overlap kept together.
    static func clusters(of placed: [PlacedEntry]) -> [ArraySlice<PlacedEntry>] {
        let sorted =
            zip(placed, placed.dropFirst()).allSatisfy { $0.entry.lastTime < $1.entry.firstTime }
            ? placed : placed.sorted { $0.entry.firstTime < $1.entry.firstTime }
        var clusters: [ArraySlice<PlacedEntry>] = []
        var start = 0
        var end = Int64.min
        for (index, item) in sorted.enumerated() {
            if index > start, item.entry.firstTime > end {
                clusters.append(sorted[start..<index])
                start = index
            }
            end = max(end, item.entry.lastTime)
        }
        if start < sorted.count { clusters.append(sorted[start...]) }
        return clusters
    }
}

extension IndexEntry {
    /// Whether the statistics tell all that an aggregate asks: no bad sample whose time would be
    /// taken for the first or last, no value that is not finite.
    var answersAlone: Bool { statistics.badCount == 0 && !statistics.hasNonFinite }
}
