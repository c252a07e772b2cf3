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
    /// - Throws: ``StoreError`` with code `damaged` after all other years were merged; `diskFull`
    ///   and its kin at once.
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
        try beginMaintenance()
        defer { endMaintenance() }
        var merged: [UTCYear] = []
        var damage: StoreError?
        for year in state.withLock({ $0.files.years }) where isDue(year) {
            do throws(StoreError) {
                try merge(year)
                merged.append(year.year)
            } catch {
                guard error.code == .damaged else { throw error }
                damage = error
            }
        }
        if let damage { throw damage }
        return merged
    }

    private func merge(_ year: YearView) throws(StoreError) {
        if let missing = year.missing.first { throw StoreError(missing) }
        let series = try year.seriesWithSampleCounts()
        let file = StoreFile.segment(year: year.year.number, takeFileID())
        let path = StoreLayout.temporary(file)
        do throws(StoreError) {
            let row = try write(year, series, to: file)
            let result = try Segment.open(row, in: storage, at: path)
            try compare(
                YearView(year: year.year, segments: [result], missing: []), with: year, series)
            do throws(StorageError) {
                try storage.rename(path, to: file.path)
                try storage.syncFolder(StoreLayout.segmentFolder)
            } catch { throw StoreError(error) }
            var edit = ManifestEdit()
            edit.added = [row]
            edit.dropped = Set(year.segments.map(\.row.name))
            try publish(edit)
        } catch {
            try? storage.unlink(path)
            try? storage.unlink(path + ".entries")
            throw error
        }
    }

    private func write(
        _ year: YearView, _ series: [SeriesSampleCount], to file: StoreFile
    ) throws(StoreError) -> ManifestFile {
        let writer = try SegmentWriter(
            storage, path: StoreLayout.temporary(file),
            identity: SegmentIdentity(
                fileID: file.id, fileSalt: .random(in: .min ... .max), storeID: storeID,
                year: year.year, role: .merged,
                firstLSN: year.segments.map(\.row.firstLSN).min()!,
                lastLSN: year.segments.map(\.row.lastLSN).max()!))
        try OrderedWorkers.run(series) {
            $0.count
        } make: { (item) throws(StoreError) in
            try SeriesMerger(year: year, series: item.series, self.scratches)
                .run(self.encoders)
        } consume: { (run: EncodedRun) throws(StoreError) in
            try writer.append(run)
        }
        return try writer.finish(name: file.path)
    }

    /// Sources and result, read independently, must agree in every bit of every sample.
    private func compare(
        _ result: YearView, with sources: YearView, _ series: [SeriesSampleCount]
    ) throws(StoreError) {
        let scratches = scratches
        try OrderedWorkers.run(series) {
            $0.count
        } make: { (item) throws(StoreError) in
            let expected = try SampleDigest(of: item.series, in: sources, scratches)
            let found = try SampleDigest(of: item.series, in: result, scratches)
            guard expected == found else {
                throw StoreError(
                    .io,
                    "merged series \(item.series.rawValue) reads back as \(found.count) samples "
                        + "with other bits than the \(expected.count) of its sources")
            }
        } consume: { (_: Void) in
        }
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
