import ColumnCodec
import DurableFiles
import Synchronization
public import TimeSeriesModel

/// What a removal took away, or would take away.
public struct RemovalReport: Hashable, Sendable {
    public internal(set) var samples = 0
    /// Segment files that are gone as a whole.
    public internal(set) var files = 0
    /// How much smaller the store's segments are.
    public internal(set) var bytes = 0
}

extension Store {
    /// Removes the samples of a range, of one series or of all, from every answer and from disk.
    ///
    /// The years concerned are rewritten without them, compared, and published one after the other:
    /// durable and gone on return. Batches that are appended meanwhile come later and stay.
    ///
    /// - Returns: what was removed.
    /// - Throws: ``StoreError``: `invalidParameter` for an unknown series, `busy`, `closed`,
    ///   `failed`; `damaged` where a year cannot be rewritten without making a loss final.
    @discardableResult
    public func remove(
        _ series: SeriesID? = nil, in range: TimeRange
    ) throws(StoreError) -> RemovalReport {
        if let series, state.withLock({ $0.catalog.address(of: series) }) == nil {
            throw StoreError(
                .invalidParameter, "series \(series.rawValue) is not known to this store")
        }
        return try remove(RemovedRange(series: series, range: range), floor: nil)
    }

    /// Removes everything older than a time, and takes nothing older any more: retention.
    ///
    /// Years that lie wholly below are dropped as files; the year that the time lies in is
    /// rewritten. The bound never moves back.
    ///
    /// - Parameter dryRun: only says what would go.
    /// - Throws: as ``remove(_:in:)``.
    @discardableResult
    public func removeSamples(
        before time: Timestamp, dryRun: Bool = false
    ) throws(StoreError) -> RemovalReport {
        let removed = RemovedRange(
            series: nil, range: TimeRange(from: Timestamp(rawValue: .min), to: time)!)
        if dryRun { return try count(removed) }
        return try remove(removed, floor: time.rawValue)
    }

    private func remove(
        _ removed: RemovedRange, floor: Int64?
    ) throws(StoreError) -> RemovalReport {
        try withMaintenance { () throws(StoreError) in try removeInTurn(removed, floor: floor) }
    }

    private func removeInTurn(
        _ removed: RemovedRange, floor: Int64?
    ) throws(StoreError) -> RemovalReport {
        try flushHeads()
        let before = segmentTotals
        var report = RemovalReport()
        for year in state.withLock({ $0.files.years }) where removed.touches(year.year) {
            report.samples += try merge(year, without: removed, floor: floor)
        }
        if let floor, state.withLock({ $0.manifest.floor ?? .min }) < floor {
            var edit = ManifestEdit()
            edit.floor = floor
            try publish(edit)
        }
        // What was the newest of a series may be gone: the next batch looks anew.
        writer.withLock { $0.newest = NewestTimes() }
        let after = segmentTotals
        report.files = before.files - after.files
        report.bytes = before.bytes - after.bytes
        return report
    }

    private var segmentTotals: (files: Int, bytes: Int) {
        let rows = state.withLock { $0.manifest.files }.filter { $0.kind == .segment }
        return (rows.count, rows.reduce(0) { $0 + $1.byteCount })
    }

    private func count(_ removed: RemovedRange) throws(StoreError) -> RemovalReport {
        var report = RemovalReport()
        for year in snapshot().years where removed.touches(year.year) {
            let isWhole = removed.range.to >= year.year.end
            var total = 0
            var kept = 0
            for item in try year.allSeries() {
                total += try SampleDigest(of: item, in: year, scratches).count
                kept += try SampleDigest(of: item, in: year, without: removed, scratches).count
            }
            report.samples += total - kept
            if isWhole {
                report.files += year.segments.count
                report.bytes += year.segments.reduce(0) { $0 + $1.row.byteCount }
            }
        }
        return report
    }
}

extension YearView {
    /// Every series that has samples in segments or heads, ascending.
    fileprivate func allSeries() throws(StoreError) -> [SeriesID] {
        let stored = try seriesWithSampleCounts().map(\.series)
        return Set(stored).union(heads.generations.flatMap(\.allSeries)).sorted()
    }
}
