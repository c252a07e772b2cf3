import DurableFiles
import SegmentStore
import Synchronization

extension DataManager {
    /// Looks after the store until the task is cancelled or the store closed: for a service, in a
    /// task of its own. Without it the library removes nothing and measures nothing.
    ///
    /// Each minute the disk is measured, the thresholds are compared and what was counted is written
    /// down; every `cache_cleanup_interval_minutes` stale values leave the cache; at
    /// `maintenance_time` of the site comes the backup, then what retention lets go, announced a day
    /// before its first removal, then what failed work has left. A maintenance that was missed is made
    /// up once at the start. A job that fails is told of by an event, and comes again at its next time.
    ///
    /// - Throws: `readOnly`; `busy` where it runs already; `invalidParameter` for an unknown
    ///   `site_time_zone`; `damaged`, `io`.
    public func runHousekeeping() async throws(HistoryError) {
        guard store != nil else {
            throw HistoryError(.readOnly, "the store was opened for reading, its writer keeps it")
        }
        let isFree = keepsHouse.withLock { keepsHouse in
            defer { keepsHouse = true }
            return !keepsHouse
        }
        guard isFree else { throw HistoryError(.busy, "housekeeping runs already") }
        defer { keepsHouse.withLock { $0 = false } }
        // Reads the rules of the time zone.
        var keeper = try await threads.reads.read { [self] () throws(HistoryError) in
            try Housekeeper(self)
        }
        while !Task.isCancelled {
            await keeper.doWhatIsDue()
            if keeper.isOver { return }
            do { try await time.sleep(until: keeper.nextDue) } catch {
                // Only a cancellation ends a sleep.
                return
            }
        }
    }
}

extension DataManager {
    /// Makes a backup in `backup_directory` now, in a folder that is named as those of the daily
    /// maintenance, which removes it with them.
    ///
    /// - Returns: the path of the backup.
    /// - Throws: `invalidParameter` if `backup_directory` is not set or belongs to another store; as
    ///   ``backup(to:linksSegments:)``.
    public func makeBackup() async throws(HistoryError) -> String {
        guard let path = configuration.backupDirectory else {
            throw HistoryError(
                .invalidParameter, "backup_directory is not set; a folder for backups expected",
                parameter: "backup_directory")
        }
        let folder = BackupFolder(path: path)
        let store = engineSnapshot.storeID
        try await threads.upkeep.call { () throws(HistoryError) in
            try folder.create(for: store)
        }.get()
        let target = folder.path(of: time.now)
        try await backup(to: target)
        return target
    }
}
