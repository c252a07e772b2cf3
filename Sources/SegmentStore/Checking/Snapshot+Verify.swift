import ColumnCodec
import DurableFiles
import Synchronization
import TimeSeriesModel

extension Snapshot {
    /// Checks everything of a store on disk: both manifests, the catalog, and of each segment the
    /// header, footer, pages, chunks, order, counts, statistics and the hash of the whole file.
    ///
    /// Takes no lock, writes nothing, works beside a writer, and never stops at the first finding.
    ///
    /// - Parameters:
    ///   - deep: also encodes each chunk's samples anew and compares what that decodes to, and
    ///     counts the visible samples of every year.
    ///   - progress: told now and then how many of how many samples are done.
    /// - Throws: ``StoreError`` if there is no store to check, or the system refuses; `cancelled` if
    ///   the calling task was cancelled: each thread ends with the chunk that it checks.
    public func verify(
        deep: Bool = false, progress: ((_ done: Int, _ of: Int) -> Void)? = nil
    ) throws(StoreError) -> VerifyReport {
        var report = VerifyReport()
        var damages = Set(problems)
        let cancellation = CancellationCheck.shared(Cancellation())
        // What only the log has was checked frame by frame when it was read.
        let years = files.years
        let total = years.reduce(0) { $0 + $1.segments.reduce(0) { $0 + $1.row.sampleCount } }
        for year in years {
            for segment in year.segments {
                let checker = SegmentChecker(
                    segment, scratches, deep: deep, checking: cancellation)
                let found = try checker.check { samples in
                    progress?(report.checkedSampleCount + samples, total)
                }
                report.checkedChunkCount += found.chunkCount
                report.checkedSampleCount += found.sampleCount
                damages.formUnion(found.damages)
            }
            if deep, !damages.contains(where: \.losesSamples) {
                if let damage = try miscount(of: year, cancellation) { damages.insert(damage) }
            }
        }
        let journal = DamageLog()
        for year in journalYears {
            var cursor = JournalCursor(year: year)
            try forEachJournalEntry(after: &cursor, reportingTo: journal) { _ in }
        }
        damages.formUnion(journal.damages)
        report.damages = damages.sorted { ($0.file, $0.offset) < ($1.file, $1.offset) }
        return report
    }

    /// The manifest's count of a year must be what reading everything gives.
    private func miscount(
        of year: YearView, _ cancellation: CancellationCheck
    ) throws(StoreError) -> Damage? {
        var count = 0
        try OrderedWorkers.run(try year.seriesWithSampleCounts()) {
            $0.count
        } make: {
            (item) throws(StoreError) in
            try SampleDigest(
                of: item.series, in: year, self.scratches, checking: cancellation
            ).count
        } consume: { (found: Int) in
            count += found
        }
        let expected = manifest.sampleCounts[year.year.number] ?? 0
        guard count != expected else { return nil }
        return Damage(
            file: StoreLayout.manifest, offset: 0, reason: .badStatistics, losesSamples: false,
            detail: "\(count) samples of \(year.year.number) found, the manifest says \(expected)")
    }
}
