import SegmentStore
import Synchronization

/// What all snapshots of a manager share: what was read already, and how reads are measured and
/// meet damage. A snapshot without a manager has one of its own.
final class ReadContext: Sendable {
    /// What of the catalog's documents was read already.
    let documents = DocumentCache()
    let journal: JournalIndex
    let meter: QueryMeter
    /// Takes note of damage, which is then stepped over; without one, damage is thrown.
    let log: DamageLog?
    fileprivate let openCount = Atomic(0)

    init(_ meter: QueryMeter = QueryMeter(), skipping log: DamageLog? = nil) {
        self.meter = meter
        self.log = log
        journal = JournalIndex(skipping: log)
    }

    /// Snapshots that somebody holds.
    var openSnapshotCount: Int { openCount.load(ordering: .relaxed) }
}

/// Counts a snapshot as open for as long as anybody holds a copy of it.
final class SnapshotLease: Sendable {
    private let context: ReadContext

    init(_ context: ReadContext) {
        self.context = context
        context.openCount.add(1, ordering: .relaxed)
    }

    deinit { context.openCount.subtract(1, ordering: .relaxed) }
}
