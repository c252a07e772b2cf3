import DurableFiles
import Logging
import SegmentStore
import Synchronization

/// The newest state of a store that another process writes, as far as a reader has looked.
///
/// A read looks for a later commit if the last look is half a second old, so that a commit is seen
/// within a second. One thread at a time looks; the others go on with the state that is there.
final class FollowedStore: Sendable {
    private let path: String
    private let time: any TimeSource
    private let logger: Logger
    private let snapshot: Guarded<Snapshot>
    /// Milliseconds of uptime.
    private let lastLook: Atomic<Int64>
    private let isFailing = Atomic(false)

    private static let interval: Int64 = 500

    init(_ first: Snapshot, at path: String, _ time: any TimeSource, _ logger: Logger) {
        self.path = path
        self.time = time
        self.logger = logger
        snapshot = Guarded(first)
        lastLook = Atomic(time.uptime.milliseconds)
    }

    /// The store's state, not older than half a second, unless it cannot be read now: then the last
    /// one that could.
    var current: Snapshot {
        let held = snapshot.withLock { $0 }
        let now = time.uptime.milliseconds
        let last = lastLook.load(ordering: .relaxed)
        guard now - last >= FollowedStore.interval,
            lastLook.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
        else { return held }
        do throws(StoreError) {
            let newest = try held.refreshed()
            isFailing.store(false, ordering: .relaxed)
            return newest === held ? held : keep(newest)
        } catch {
            if !isFailing.exchange(true, ordering: .relaxed) {
                logger.warning("the store cannot be read anew: \(error)")
            }
            return held
        }
    }

    /// Opens the store anew, whatever is at its path now.
    func refresh() throws(StoreError) {
        lastLook.store(time.uptime.milliseconds, ordering: .relaxed)
        _ = keep(try Snapshot.open(at: path))
    }

    /// A look that took long does not put an older state over a newer one.
    private func keep(_ newest: Snapshot) -> Snapshot {
        snapshot.withLock { held in
            if !newest.isOlder(than: held) { held = newest }
            return held
        }
    }
}
