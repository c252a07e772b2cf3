import DurableFiles
import SegmentStore
import Synchronization

/// The state that all snapshots of a manager share: what was read already, and how reads are measured and
/// meet damage. A snapshot without a manager has one of its own.
final class ReadContext: Sendable {
    /// What of the catalog's documents was read already.
    let documents = DocumentCache()
    let logIndex = LogIndex()
    let journal: JournalIndex
    let meter: QueryMeter
    /// Where asynchronous reads wait for the disk.
    let readThreads = BlockingThreads(name: "almanac-read", threadCountMax: 4)
    let time: any TimeSource
    /// What changes with every tick.
    let marks: RecentMarks
    /// Counts that the journal does not have yet; nil for a snapshot without a manager.
    let ledger: IngestLedger?
    /// Takes note of damage, which is then stepped over; without one, damage is thrown.
    let log: DamageLog?
    fileprivate let openCount = Atomic(0)

    init(
        _ meter: QueryMeter, _ time: any TimeSource, _ marks: RecentMarks, _ ledger: IngestLedger?,
        skipping log: DamageLog? = nil
    ) {
        self.meter = meter
        self.time = time
        self.marks = marks
        self.ledger = ledger
        self.log = log
        journal = JournalIndex(skipping: log)
    }

    /// Snapshots that a program holds.
    var openSnapshotCount: Int { openCount.load(ordering: .relaxed) }
}

/// Counts a snapshot as open for as long as a program holds a copy of it, and keeps what belongs to
/// the moment at which it was taken.
final class SnapshotLease: Sendable {
    let now: Timestamp
    let marks: RecentMarks.Marks
    private let context: ReadContext

    init(_ context: ReadContext, at now: Timestamp) {
        self.now = now
        self.context = context
        marks = context.marks.current
        context.openCount.add(1, ordering: .relaxed)
    }

    deinit { context.openCount.subtract(1, ordering: .relaxed) }
}
