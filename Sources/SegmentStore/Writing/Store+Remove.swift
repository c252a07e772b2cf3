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
    /// A damaged chunk goes if all of its samples are in the range; otherwise it stays as it is,
    /// whole and damaged.
    ///
    /// - Returns: what was removed.
    /// - Throws: ``StoreError``: `invalidParameter` for an unknown series, `busy`, `closed`,
    ///   `failed`; `damaged` if a segment file that has samples of the range is missing, or parts of
    ///   it have no known owner; `diskFull` if there is no room for the years that are rewritten.
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
                let one = try rewriteYear(year, without: removed)
                whole.edit.dropped.formUnion(one.edit.dropped)
                whole.edit.sampleCountChanges[year.year.number] = -one.removedCount
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

    /// Rewrites the segments of a year, those with damage each by itself.
    private func rewriteYear(
        _ year: YearView, without removed: RemovedRange
    ) throws(StoreError) -> Rewriting {
        let known = state.withLock { $0.manifest.sampleCounts[year.year.number] ?? 0 }
        if removed.covers(year.year) {
            // Nothing is read: a year that is to go may be damaged.
            var whole = Rewriting()
            whole.edit.dropped = Set(year.segments.map(\.row.name) + year.missing.map(\.file))
            whole.removedCount = known
            return whole
        }
        if let missing = year.missing.first { throw StoreError(missing) }
        // Each round is the last, or ends with one more segment that is known to be damaged.
        while true {
            var whole = Rewriting()
            let groups = state.withLock { $0.mergeGroups(of: year.year) }
            do throws(StoreError) {
                for group in groups {
                    let one =
                        group.isSound
                        ? try rewrite(group.view, without: removed)
                        : try rewriteDamaged(group.view, without: removed)
                    whole.edit.dropped.formUnion(one.edit.dropped)
                    whole.segments += one.segments
                    whole.keptCount += one.keptCount
                }
                if groups.contains(where: { !$0.isSound }) {
                    whole.keptCount = try sampleCount(of: whole, in: year.year)
                }
                whole.removedCount = max(0, known - whole.keptCount)
                return whole
            } catch {
                for segment in whole.segments { segment.discard(in: storage) }
                try noteDamage(error, in: year)
            }
        }
    }

    /// Counts the samples of a year's new segments, those of damaged chunks by their index entries.
    private func sampleCount(
        of rewriting: Rewriting, in year: UTCYear
    ) throws(StoreError) -> Int {
        var segments: [Segment] = []
        for segment in rewriting.segments {
            segments.append(try Segment.open(segment.row, in: storage, at: segment.temporaryPath))
        }
        return try YearView(
            year: year, segments: segments.sorted { $0.priority < $1.priority }, missing: []
        ).sampleCountPastDamage(scratches)
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
    /// - Throws: ``StoreError`` with code `damaged` as ``Store/removeSamples(before:dryRun:)``.
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
            if let missing = year.missing.first { throw StoreError(missing) }
            report.samples += try year.sampleCountPastDamage(scratches, checking: .task)
            report.samples -= try year.sampleCountPastDamage(
                scratches, without: removed, checking: .task)
        }
        return report
    }
}

extension YearView {
    /// Counts the visible samples of a year, those of a damaged chunk by its index entry.
    ///
    /// A sample that a damaged chunk replaces, or that replaces one of it, is counted twice.
    ///
    /// - Parameter removed: what is left out; a damaged chunk is, if nothing of it stays.
    /// - Throws: `damaged` if parts of a file have no known owner.
    fileprivate func sampleCountPastDamage(
        _ scratches: ScratchPool, without removed: RemovedRange? = nil,
        checking cancellation: CancellationCheck = .none
    ) throws(StoreError) -> Int {
        var count = 0
        for segment in segments { try segment.reportLosses(to: nil) }
        for series in try allSeries() {
            let log = DamageLog()
            count += try SampleDigest(
                of: series, in: self, without: removed, scratches, skipping: log,
                checking: cancellation
            ).count
            for damage in log.losses {
                guard let segment = segments.first(where: { $0.path == damage.file }) else {
                    throw StoreError(damage)
                }
                count +=
                    try segment.entries(of: series).first { $0.offset == damage.offset }?.count ?? 0
            }
        }
        return count
    }

    /// Every series that has samples in segments or heads, ascending.
    private func allSeries() throws(StoreError) -> [SeriesID] {
        let stored = try seriesWithSampleCounts().map(\.series)
        return Set(stored).union(heads.generations.flatMap(\.allSeries)).sorted()
    }
}
