import DurableFiles
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
