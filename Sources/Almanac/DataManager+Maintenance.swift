import ColumnCodec
import Logging
import SegmentStore

/// What a removal took away, or would take away.
public struct RemovalReport: Hashable, Sendable {
    public var samples: Int
    /// Files that are gone as a whole.
    public var files: Int
    /// How much smaller the store's files are.
    public var bytes: Int
    /// Values that went from the cache.
    public var staleValues = 0
    /// Files that nobody named any more.
    public var leftoverFiles = 0
    /// The time before which a retention removes everything; `nil` for other removals, and if there
    /// is nothing that it could be computed from.
    public var bound: Timestamp?
}

/// What checking a store or a backup found.
public struct VerificationReport: Hashable, Sendable {
    /// Something that is not what was written, and where.
    public struct Finding: Hashable, Sendable {
        /// Relative to the store's folder.
        public var file: String
        public var offset: Int
        public var point: PointAddress?
        /// In one word, as the operator's tool names it.
        public var reason: String
        /// Whether samples cannot be read because of it.
        public var losesSamples: Bool
        public var message: String
    }

    public var checkedChunkCount: Int
    public var checkedSampleCount: Int
    public var findings: [Finding]

    public var isWhole: Bool { findings.isEmpty }
}

extension DataManager {
    /// Removes every sample that is older than a number of days, and refuses older ones from then on.
    ///
    /// Days are counted from the clock's now or, if it is earlier, from the newest sample that is not
    /// in the future: neither a clock nor a sample that is ahead can remove a history or make the
    /// store refuse new samples. Samples after a pause of over a year count once they have gone on for
    /// a week. Gone from every new answer at once and exactly; whole years lose
    /// their files.
    ///
    /// - Parameters:
    ///   - days: of 24 hours; 1 or more.
    ///   - dryRun: counts what would be removed, and removes nothing.
    ///   - author: the author of the audit entry.
    /// - Returns: what was removed, and before which time.
    /// - Throws: `invalidParameter` for less than one day; `readOnly`, `busy` while an import is
    ///   under way, `diskFull`, `damaged`.
    @discardableResult
    public func removeSamples(
        olderThan days: Int, dryRun: Bool = false, by author: Author = .program
    ) async throws(HistoryError) -> RemovalReport {
        guard days >= 1, days <= 200_000 else {
            throw HistoryError(
                .invalidParameter, "\(days) days found, 1 or more expected", parameter: "days")
        }
        let policy = RetentionPolicy(days: days, byteCount: nil)
        let now = time.now
        let found = try await threads.reads.read { [self] () throws(HistoryError) in
            try view.floor(of: policy, at: now, tolerance)
        }
        guard let bound = found else {
            return RemovalReport(samples: 0, files: 0, bytes: 0)
        }
        return try await removeSamples(before: bound, dryRun, as: "removeSamples", by: author)
    }

    /// How much later than the clock a sample may be.
    var tolerance: Duration { configuration.clockFutureLimit }

    /// Removes what was before a moment, and records that: a gap of every point, and who did it.
    func removeSamples(
        before bound: Timestamp, _ dryRun: Bool, as operation: String, by author: Author
    ) async throws(HistoryError) -> RemovalReport {
        let now = time.now
        if dryRun {
            // Reads the samples of the year that contains the bound.
            return try await threads.reads.read { [self] () throws(HistoryError) in
                do throws(StoreError) {
                    var report = RemovalReport(try engineSnapshot.removal(before: bound))
                    report.bound = bound
                    return report
                } catch { throw HistoryError(error) }
            }
        }
        return try await write(on: threads.upkeep) { [self] (store) throws(StoreError) in
            try lowerImplausibleFloor(of: store)
            let first = try store.snapshot().summary().firstTime
            var report = RemovalReport(try store.removeSamples(before: bound))
            report.bound = bound
            guard report.samples > 0 else { return report }
            let gap = CommonGap(
                from: min(first ?? bound, bound), to: bound, reason: .removed,
                detail: "\(report.samples) samples of all points", recordedAt: now)
            let audit = AuditEntry(
                at: now, operation: operation, by: author,
                oldValue: "\(report.samples) samples before \(bound)",
                newValue: "no samples before \(bound)")
            record(done: try gap.journalEntries() + [try audit.journalEntry()], in: store)
            return report
        }
    }

    /// Removes the samples of a point in a range, and leaves a gap that says so: of an open range as
    /// far as there were samples, and up to now. What comes later is none of it. Where the disk is too
    /// full for it, within a minute of there being room, or at the next flush.
    ///
    /// - Throws: `unknownPoint`; as ``removeSamples(olderThan:dryRun:by:)``.
    @discardableResult
    public func delete(
        of point: PointAddress, in range: TimeRange, by author: Author = .program
    ) async throws(HistoryError) -> RemovalReport {
        guard let series = try view.series(of: point) else {
            return RemovalReport(samples: 0, files: 0, bytes: 0)
        }
        let now = time.now
        return try await write(on: threads.upkeep) { [self] (store) throws(StoreError) in
            let before = store.snapshot()
            let report = try store.remove(series, in: range)
            guard report.samples > 0 else { return RemovalReport(report) }
            let removed = try removed(of: series, in: range, from: before, at: now)
            let gap = Gap(
                point: point, range: removed, reason: .removed,
                detail: "\(report.samples) samples")
            let audit = AuditEntry(
                at: now, operation: "delete", by: author, point: point,
                oldValue: "\(report.samples) samples from \(removed.from) to \(removed.to)",
                newValue: "no samples from \(removed.from) to \(removed.to)")
            record(done: try gap.journalEntries() + [try audit.journalEntry()], in: store)
            return RemovalReport(report)
        }
    }

    /// The part of a range that had samples, and up to now: from its first one where it is open.
    private func removed(
        of series: SeriesID, in range: TimeRange, from snapshot: Snapshot, at now: Timestamp
    ) throws(StoreError) -> TimeRange {
        // What is damaged is gone too, and has no time.
        let log = DamageLog()
        let first = try snapshot.samples(of: series, in: range, limit: 1, skipping: log).times.first
        let last = try snapshot.samples(
            of: series, in: range, limit: 1, order: .backward, skipping: log
        ).times.first
        let start = max(range.from, first.map(Timestamp.init(rawValue:)) ?? range.from)
        let end = max(now, last.map { Timestamp(rawValue: $0.plus(1)) } ?? now)
        return TimeRange(from: start, to: max(start, min(range.to, end)))!
    }

    /// Records what a removal did, which nothing undoes: what the journal does not take now comes with
    /// the counts of samples.
    func record(done entries: [JournalEntry], in store: Store) {
        do throws(StoreError) { try record(entries, in: store) } catch {
            logger.warning("a removal is not in the journal yet: \(error.message)")
            ledger.keep(entries, uptime: time.uptime)
        }
    }

    /// Rewrites each year that has more than one file into a single one.
    public func compact() async throws(HistoryError) {
        try await write(on: threads.upkeep) { (store) throws(StoreError) in _ = try store.compact()
        }
    }

    /// Copies the store to an empty folder while it is written: samples, devices, points, trend logs,
    /// settings and journal.
    ///
    /// The copy shares no file with the store. It takes hardly any space if both are on one file
    /// system that can clone files (Btrfs, XFS), and else as much as the store.
    ///
    /// - Parameters:
    ///   - path: a folder that is empty or not there.
    ///   - linksSegments: whether segments may be hard links, which cost nothing on one file system.
    ///     A program that changes such a file of the backup in place changes the store with it, and
    ///     can end the processes that read it.
    /// If the task is cancelled, the copy ends within a part of a file of a megabyte, and what it wrote
    /// is removed.
    ///
    /// - Throws: `invalidParameter` if the folder is not empty, or is the store's own or inside it;
    ///   `damaged` if something cannot be read: a copy of damage is no backup; `diskFull` also if the
    ///   copy would leave the store's own disk less than its reserve; `cancelled`; `io`.
    public func backup(
        to path: String, linksSegments: Bool = false
    ) async throws(HistoryError) {
        let reserve = configuration.diskReserveByteCount
        let cancellation = Cancellation()
        let result = try await cancelling(cancellation) { [self] () async throws(HistoryError) in
            try await threads.upkeep.call { [self] () throws(StoreError) in
                if let store {
                    try store.backup(
                        to: path, linksSegments: linksSegments, cancellation: cancellation)
                } else {
                    try engineSnapshot.backup(
                        to: path, linksSegments: linksSegments, reserveByteCount: reserve,
                        cancellation: cancellation)
                }
            }
        }
        do throws(StoreError) { try result.get() } catch { throw HistoryError(copying: error) }
    }

    /// Runs work on another thread, which does not see that the task is cancelled.
    private func cancelling<Result: Sendable>(
        _ cancellation: Cancellation,
        _ body: @Sendable () async throws(HistoryError) -> Result
    ) async throws(HistoryError) -> Result {
        let result: Swift.Result<Result, HistoryError> = await withTaskCancellationHandler {
            do throws(HistoryError) { return .success(try await body()) } catch {
                return .failure(error)
            }
        } onCancel: {
            cancellation.request()
        }
        return try result.get()
    }

    /// Checks a backup without restoring it.
    public static func verifyBackup(at path: String) throws(HistoryError) -> VerificationReport {
        do throws(StoreError) {
            return VerificationReport(try Store.verifyBackup(at: path), nil)
        } catch { throw HistoryError(error, parameter: "path") }
    }

    /// Makes a store in an empty folder from a backup, up to and including a moment if one is given.
    ///
    /// Trend logs, names, settings and journal are restored completely, whatever the moment. The store
    /// shares no file with the backup.
    ///
    /// - Throws: `damaged`, naming what is damaged, before anything is written; `invalidParameter`
    ///   if the target is not empty; `diskFull`, `io`.
    public static func restore(
        from backup: String, to path: String, until time: Timestamp? = nil
    ) throws(HistoryError) {
        do throws(StoreError) {
            try Store.restore(from: backup, to: path, until: time)
        } catch { throw HistoryError(copying: error, from: "backup") }
    }

    /// Checks every header, checksum, order, count and statistic of the store, beside a writer too.
    ///
    /// - Parameter deep: also encodes every chunk anew and counts the visible samples.
    public func verify(deep: Bool = false) throws(HistoryError) -> VerificationReport {
        do throws(StoreError) {
            let snapshot = try Snapshot.open(at: path)
            return VerificationReport(try snapshot.verify(deep: deep), snapshot.catalog)
        } catch { throw HistoryError(error) }
    }
}

extension HistoryError {
    /// The error of a copy into a folder, which has to be empty.
    fileprivate init(copying error: StoreError, from source: String? = nil) {
        guard error.code == .foreign || error.code == .invalidParameter else {
            self.init(error, parameter: source)
            return
        }
        self.init(.invalidParameter, error.message, parameter: "path", underlying: error)
    }
}

extension RemovalReport {
    init(_ report: SegmentStore.RemovalReport) {
        self.init(samples: report.samples, files: report.files, bytes: report.bytes)
    }
}

extension VerificationReport {
    fileprivate init(_ report: VerifyReport, _ catalog: Catalog?) {
        self.init(
            checkedChunkCount: report.checkedChunkCount,
            checkedSampleCount: report.checkedSampleCount,
            findings: report.damages.map { damage in
                Finding(
                    file: damage.file, offset: damage.offset,
                    point: damage.series.flatMap { catalog?.address(of: $0) },
                    reason: damage.reason.rawValue, losesSamples: damage.losesSamples,
                    message: damage.detail)
            })
    }
}
