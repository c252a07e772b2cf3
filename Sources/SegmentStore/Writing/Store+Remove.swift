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
        try remove(series.map { Set([$0]) }, in: range)
    }

    /// Removes the samples of a range of several series at once, as ``remove(_:in:)-(SeriesID?,_)`` does: each year
    /// concerned is rewritten once.
    ///
    /// - Parameters:
    ///   - series: `nil` for all.
    ///   - range: half-open.
    /// - Throws: as ``remove(_:in:)-(SeriesID?,_)``.
    @discardableResult
    public func remove(
        _ series: Set<SeriesID>?, in range: TimeRange
    ) throws(StoreError) -> RemovalReport {
        let catalog = state.withLock { $0.catalog }
        if let unknown = series?.first(where: { catalog.address(of: $0) == nil }) {
            throw StoreError(
                .invalidParameter, "series \(unknown.rawValue) is not known to this store")
        }
        return try remove(RemovedRange(series: series, range: range), floor: nil)
    }

    /// Removes every sample before a time, and refuses samples before it from then on: retention.
    ///
    /// Years that end before the time lose their files unread, those of the journal too; the year that
    /// contains it is rewritten. The bound of refusal, the *floor*, is this time or that of the
    /// store's newest sample, whichever is earlier: no time that a caller computes from a wrong clock
    /// makes the store refuse samples that are newer than all it has. A removal never lowers the
    /// floor; ``lowerFloor(to:)`` does. Appends obey the floor from the beginning of the call, imports
    /// at their commit.
    ///
    /// - Parameters:
    ///   - time: samples before it are removed.
    ///   - dryRun: counts what would be removed, and removes nothing.
    /// - Throws: as ``remove(_:in:)-(SeriesID?,_)``.
    @discardableResult
    public func removeSamples(
        before time: Timestamp, dryRun: Bool = false
    ) throws(StoreError) -> RemovalReport {
        let removed = RemovedRange(
            series: nil, range: TimeRange(from: Timestamp(rawValue: .min), to: time)!)
        if dryRun { return try snapshot().removal(before: time) }
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
        // Taken before the rewrite, which may remove the newest sample.
        let bound = floor.flatMap { floor in newestTime.map { min(floor, $0) } }
        try flushHeads(before: PendingRemoval(range: removed, floor: bound))
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
        whole.edit.floor = bound.map { .raise(to: $0) }
        if let bound { whole.edit.dropped.formUnion(journals(before: bound)) }
        let moves = bound.map { bound in state.withLock { $0.manifest.floor ?? .min } < bound }
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

    /// The time of the newest sample in segments and heads; `nil` if there is none.
    private var newestTime: Int64? {
        state.withLock { state in
            let heads = state.frozen.map(\.heads) + [state.active]
            let inHeads = heads.compactMap { $0.timeBounds(upTo: .max)?.last }
            return (state.manifest.files.compactMap(\.lastTime) + inHeads).max()
        }
    }

    private var segmentTotals: (files: Int, bytes: Int) {
        let rows = state.withLock { $0.manifest.files }.filter { $0.kind == .segment }
        return (rows.count, rows.reduce(0) { $0 + $1.byteCount })
    }
}

extension Snapshot {
    /// Counts what ``Store/removeSamples(before:dryRun:)`` would remove, also beside a writer.
    ///
    /// Reads the samples of the year that contains the time; years before it are counted unread.
    ///
    /// - Throws: ``StoreError`` with code `damaged` if what is in that year cannot be read.
    public func removal(before time: Timestamp) throws(StoreError) -> RemovalReport {
        let removed = RemovedRange(
            series: nil, range: TimeRange(from: Timestamp(rawValue: .min), to: time)!)
        var report = RemovalReport()
        for year in years where removed.touches(year.year) {
            if removed.covers(year.year) {
                report.files += year.segments.count
                report.bytes += year.segments.reduce(0) { $0 + $1.row.byteCount }
                if year.heads.generations.isEmpty {
                    report.samples += manifest.sampleCounts[year.year.number] ?? 0
                    continue
                }
            }
            for item in try year.allSeries() {
                report.samples += try SampleDigest(
                    of: item, in: year, scratches, checking: .task
                ).count
                report.samples -= try SampleDigest(
                    of: item, in: year, without: removed, scratches, checking: .task
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
