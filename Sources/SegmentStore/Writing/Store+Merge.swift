import ColumnCodec
import DurableFiles
import Synchronization
public import TimeSeriesModel

extension Store {
    /// Rewrites each year that has more than one segment into a single one, in full chunks.
    ///
    /// The result is read back and compared with its sources, sample by sample, before it takes
    /// their place. Memory does not grow with the store. A year whose sources are damaged is left as
    /// it is.
    ///
    /// - Returns: the years that were merged.
    /// - Throws: ``StoreError`` with code `damaged` after all other years were merged;
    ///   `diskReserve`, `diskFull` and their kin at once.
    @discardableResult
    public func compact() throws(StoreError) -> [UTCYear] {
        try mergeYears { $0.segments.count > 1 }
    }

    /// Merges the years where small segments have gathered: eight of them, or so many that they
    /// hold more than a quarter of the year.
    @discardableResult
    public func mergeWhereDue() throws(StoreError) -> [UTCYear] {
        try mergeYears(where: \.isMergeDue)
    }

    private func mergeYears(
        where isDue: (YearView) -> Bool
    ) throws(StoreError) -> [UTCYear] {
        try withMaintenance { () throws(StoreError) in try mergeYearsInTurn(where: isDue) }
    }

    private func mergeYearsInTurn(
        where isDue: (YearView) -> Bool
    ) throws(StoreError) -> [UTCYear] {
        var merged: [UTCYear] = []
        var damage: StoreError?
        for year in state.withLock({ $0.files.years }) where isDue(year) {
            do throws(StoreError) {
                let rewriting = try rewrite(year)
                try publish(rewriting.edit, segments: rewriting.segments)
                merged.append(year.year)
            } catch {
                guard error.code == .damaged else { throw error }
                damage = error
            }
        }
        if let damage { throw damage }
        return merged
    }

    /// A year written anew, or years: compared with its sources and ready to be published.
    struct Rewriting {
        var edit = ManifestEdit()
        var segments: [FinishedSegment] = []
        /// Samples that were left out.
        var removedCount = 0
    }

    /// Writes a year into one segment, or into none where nothing is left of it.
    ///
    /// - Parameter removed: what is left out, and out of the count.
    func rewrite(
        _ year: YearView, without removed: RemovedRange? = nil
    ) throws(StoreError) -> Rewriting {
        var rewriting = Rewriting()
        rewriting.edit.dropped = Set(year.segments.map(\.row.name))
        let known = state.withLock { $0.manifest.sampleCounts[year.year.number] ?? 0 }
        if let removed, removed.covers(year.year) {
            // Nothing is read: a year that is to go may be damaged.
            rewriting.edit.dropped.formUnion(year.missing.map(\.file))
            rewriting.edit.sampleCountChanges = [year.year.number: -known]
            rewriting.removedCount = known
            return rewriting
        }
        if let missing = year.missing.first { throw StoreError(missing) }
        let series = try year.seriesWithSampleCounts()
        // A removal gives space back: it may use the reserve.
        try refuseWithoutRoom(
            toRewrite: year, keepsReserve: removed == nil)
        let target = LazySegmentWriter(self, year.year, .merged, year.lsns)
        do throws(StoreError) {
            try write(year, series, without: removed, to: target)
            var kept = 0
            if let segment = try target.finish() {
                let result = try Segment.open(segment.row, in: storage, at: segment.temporaryPath)
                kept = try compare(
                    YearView(year: year.year, segments: [result], missing: []), with: year,
                    without: removed, series)
                rewriting.segments = [segment]
            }
            guard removed != nil else { return rewriting }
            rewriting.edit.sampleCountChanges = [year.year.number: kept - known]
            rewriting.removedCount = known - kept
            return rewriting
        } catch {
            target.discard()
            throw error
        }
    }

    private func write(
        _ year: YearView, _ series: [SeriesSampleCount], without removed: RemovedRange?,
        to target: LazySegmentWriter
    ) throws(StoreError) {
        try OrderedWorkers.run(series) {
            $0.count
        } make: { (item) throws(StoreError) in
            try SeriesMerger(
                year: year, series: item.series, without: removed, self.scratches
            ).run(self.encoders)
        } consume: { (run: EncodedRun) throws(StoreError) in
            if run.sampleCount > 0 { try target.append(run) }
        }
    }

    /// Sources and result, read independently, must agree in every bit of every sample that stays.
    ///
    /// - Returns: how many these are.
    private func compare(
        _ result: YearView, with sources: YearView, without removed: RemovedRange?,
        _ series: [SeriesSampleCount]
    ) throws(StoreError) -> Int {
        let scratches = scratches
        var count = 0
        try OrderedWorkers.run(series) {
            $0.count
        } make: { (item) throws(StoreError) in
            let expected = try SampleDigest(
                of: item.series, in: sources, without: removed, scratches)
            let found = try SampleDigest(of: item.series, in: result, scratches)
            guard expected == found else {
                throw StoreError(
                    .io,
                    "merged series \(item.series.rawValue) reads back as \(found.count) samples "
                        + "with other bits than the \(expected.count) of its sources")
            }
            return found.count
        } consume: { (found: Int) in
            count += found
        }
        return count
    }
}

extension YearView {
    /// Full segments are few and large; what is flushed or imported on top is to be small.
    var isMergeDue: Bool {
        guard segments.count > 1 else { return false }
        let flushed = segments.filter { $0.row.role == .flushed }
        let flushedCount = flushed.reduce(0) { $0 + $1.row.sampleCount }
        let mergedCount = segments.reduce(0) { $0 + $1.row.sampleCount } - flushedCount
        return flushed.count >= 8 || flushedCount * 4 > mergedCount
    }

    /// The numbers of all batches that its segments hold.
    var lsns: ClosedRange<LSN> {
        let first = segments.map(\.row.firstLSN).min() ?? 0
        return first...max(first, segments.map(\.row.lastLSN).max() ?? 0)
    }

    /// The series that have samples in the year, ascending, and how many at most.
    func seriesWithSampleCounts() throws(StoreError) -> [SeriesSampleCount] {
        var counts: [SeriesID: Int] = [:]
        for segment in segments {
            for item in try segment.seriesWithSampleCounts() {
                counts[item.series, default: 0] += item.count
            }
        }
        return counts.map { SeriesSampleCount(series: $0.key, count: $0.value) }
            .sorted { $0.series < $1.series }
    }
}

/// A series and an upper bound of its samples.
struct SeriesSampleCount: Sendable {
    let series: SeriesID
    let count: Int
}
