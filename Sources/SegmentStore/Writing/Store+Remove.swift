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
    /// The years concerned are rewritten without them and compared, years that lie wholly inside are
    /// dropped as files, unread; then all of it is published at once: durable and gone on return,
    /// and after a crash gone everywhere or nowhere. Batches that are appended meanwhile come later
    /// and stay, also if the samples that they replace or repeat are removed; only with `keep`, a
    /// sample that gives way to one that is being removed is left out.
    ///
    /// - Returns: what was removed.
    /// - Throws: ``StoreError``: `invalidParameter` for an unknown series, `busy`, `closed`,
    ///   `failed`; `damaged` where a year cannot be rewritten without making a loss final;
    ///   `diskFull` where there is no room for the years that are rewritten.
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
    /// Years that lie wholly below are dropped as files, those of the journal too; the year that the
    /// time lies in is rewritten. The bound never moves back. Appends obey it from the beginning of
    /// the call, imports at their commit.
    ///
    /// - Parameters:
    ///   - time: what is older goes.
    ///   - dryRun: only says what would go.
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
        defer { state.withLock { $0.removal = nil } }
        try flushHeads(before: PendingRemoval(range: removed, floor: floor))
        let before = segmentTotals
        var report = RemovalReport()
        var whole = Rewriting()
        do throws(StoreError) {
            for year in state.withLock({ $0.files.years }) where removed.touches(year.year) {
                let one = try rewrite(year, without: removed)
                whole.edit.dropped.formUnion(one.edit.dropped)
                whole.edit.sampleCountChanges.merge(one.edit.sampleCountChanges) { $1 }
                whole.segments += one.segments
                report.samples += one.removedCount
            }
        } catch {
            for segment in whole.segments { segment.discard(in: storage) }
            throw error
        }
        whole.edit.floor = floor
        if let floor { whole.edit.dropped.formUnion(journals(before: floor)) }
        let moves = floor.map { floor in state.withLock { $0.manifest.floor ?? .min } < floor }
        if !whole.edit.dropped.isEmpty || moves == true { try publish(whole) }
        let after = segmentTotals
        report.files = before.files - after.files
        report.bytes = before.bytes - after.bytes
        return report
    }

    /// Publishes in the writer's turn, so that each batch comes before the removal or after it.
    private func publish(_ removal: Rewriting) throws(StoreError) {
        let result = writer.withLock { writer in
            Result { () throws(StoreError) in
                var edit = removal.edit
                let revived = state.withLock { $0.removal?.revived ?? [:] }
                if !revived.isEmpty {
                    // The manifest is going to count them, so a crash must not take them.
                    do throws(StoreError) { try writer.log.sync() } catch {
                        state.withLock { $0.failure = $0.failure ?? error }
                        throw error
                    }
                    edit.sampleCountChanges.merge(revived, uniquingKeysWith: +)
                }
                try publish(edit, segments: removal.segments) { $0.removal = nil }
                // What was the newest of a series may be gone: the next batch looks anew.
                writer.newest = NewestTimes()
            }
        }
        try result.get()
    }

    /// Journal files of years that lie wholly below a floor: their events are of samples that are
    /// gone, and without an end of theirs the journal would outgrow the samples.
    private func journals(before floor: Int64) -> [String] {
        state.withLock { $0.manifest.files }.compactMap { row in
            guard row.role == .journal, let year = row.year else { return nil }
            return UTCYear(year).end.rawValue <= floor ? row.name : nil
        }
    }

    private var segmentTotals: (files: Int, bytes: Int) {
        let rows = state.withLock { $0.manifest.files }.filter { $0.kind == .segment }
        return (rows.count, rows.reduce(0) { $0 + $1.byteCount })
    }

    private func count(_ removed: RemovedRange) throws(StoreError) -> RemovalReport {
        var report = RemovalReport()
        for year in snapshot().years where removed.touches(year.year) {
            if removed.covers(year.year) {
                report.files += year.segments.count
                report.bytes += year.segments.reduce(0) { $0 + $1.row.byteCount }
                if year.heads.generations.isEmpty {
                    report.samples += state.withLock {
                        $0.manifest.sampleCounts[year.year.number] ?? 0
                    }
                    continue
                }
            }
            for item in try year.allSeries() {
                report.samples += try SampleDigest(of: item, in: year, scratches).count
                report.samples -= try SampleDigest(
                    of: item, in: year, without: removed, scratches
                ).count
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
