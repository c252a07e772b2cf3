import ColumnCodec
import DurableFiles
import Synchronization
public import TimeSeriesModel

extension Store {
    /// Merges the segments of each year that has more than one, into full chunks.
    ///
    /// The result is read back and compared with its sources, sample by sample, before it takes
    /// their place. Memory does not grow with the store. A segment with damage stays as it is: its
    /// neighbors, those that its samples replace and those that replace its samples, are merged
    /// among themselves. A year without room is left as it is.
    ///
    /// - Returns: the years in which segments were merged.
    /// - Throws: ``StoreError`` after all other segments were merged: `damaged` if one has damage,
    ///   `diskReserve` or `diskFull` if there was no room for a year; other codes at once.
    @discardableResult
    public func compact() throws(StoreError) -> [UTCYear] {
        try mergeYears { $0.segments.count > 1 }
    }

    /// Merges where small segments have gathered: eight of them, or as many as hold more than a
    /// quarter of what is merged already.
    ///
    /// - Returns: as ``compact()``.
    /// - Throws: as ``compact()``.
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
        var failures: [StoreError] = []
        for year in state.withLock({ $0.files.years.map(\.year) }) {
            do throws(StoreError) {
                if try merge(year, where: isDue) { merged.append(year) }
            } catch {
                guard error.code == .diskReserve || error.code == .diskFull else { throw error }
                failures.append(error)
            }
        }
        if let damage = knownDamage.first ?? failures.first { throw damage }
        return merged
    }

    /// Merges the groups of a year's segments that are due.
    ///
    /// - Returns: whether there were any.
    private func merge(
        _ year: UTCYear, where isDue: (YearView) -> Bool
    ) throws(StoreError) -> Bool {
        var hasMerged = false
        // Each round ends with fewer segments, or with one more that is known to be damaged.
        while let group = state.withLock({ state in
            state.mergeGroups(of: year).first { $0.isSound && isDue($0.view) }
        }) {
            do throws(StoreError) {
                let rewriting = try rewrite(group.view)
                try publish(rewriting.edit, segments: rewriting.segments)
                hasMerged = true
            } catch {
                try noteDamage(error, in: group.view)
            }
        }
        return hasMerged
    }

    /// Remembers a segment that cannot be read whole, so that it is left out from then on.
    ///
    /// - Throws: `error`, if it is of another kind or says nothing new.
    func noteDamage(_ error: StoreError, in year: YearView) throws(StoreError) {
        guard error.code == .damaged,
            let segment = year.segments.first(where: { $0.path == error.file }),
            state.withLock({ $0.damagedSegments.updateValue(error, forKey: segment.path) }) == nil
        else { throw error }
    }

    /// The damage that keeps segments of the store from being merged.
    private var knownDamage: [StoreError] {
        state.withLock { state in
            let names = Set(state.manifest.files.map(\.name))
            state.damagedSegments = state.damagedSegments.filter { names.contains($0.key) }
            return state.damagedSegments.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// Segments written anew, compared with their sources and ready to be published.
    struct Rewriting {
        var edit = ManifestEdit()
        var segments: [FinishedSegment] = []
        /// Samples in the new segments that can be read.
        var keptCount = 0
        /// Samples that were left out.
        var removedCount = 0
    }

    /// Writes sound segments of a year into one segment, or into none if nothing of them is left.
    ///
    /// - Parameter removed: what is left out.
    /// - Returns: what to publish, without a change of the year's count.
    func rewrite(
        _ year: YearView, without removed: RemovedRange? = nil
    ) throws(StoreError) -> Rewriting {
        var rewriting = Rewriting()
        rewriting.edit.dropped = Set(year.segments.map(\.row.name))
        let series = try year.seriesWithSampleCounts()
        // A removal gives space back: it may use the reserve.
        try refuseWithoutRoom(toRewrite: year, keepsReserve: removed == nil)
        let target = LazySegmentWriter(self, year.year, .merged, year.lsns)
        do throws(StoreError) {
            try write(year, series, without: removed, to: target)
            guard let segment = try target.finish() else { return rewriting }
            let result = try Segment.open(segment.row, in: storage, at: segment.temporaryPath)
            rewriting.keptCount = try compare(
                YearView(year: year.year, segments: [result], missing: []), with: year,
                without: removed, series)
            rewriting.segments = [segment]
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
