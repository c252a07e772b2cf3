import ColumnCodec
import SegmentStore

/// One committed state of a store, frozen: later writes do not appear in it.
///
/// Has all reads of a manager, by ``HistoryReading``.
public struct HistorySnapshot: Sendable {
    let engine: Snapshot
    let context: ReadContext
    /// Nil for a state that a single call takes.
    private let lease: SnapshotLease?

    var catalog: Catalog { engine.catalog }
    var documents: DocumentCache { context.documents }
    var journal: JournalIndex { context.journal }
    /// Collects damage, which reads then step over; without one, damage is thrown.
    let log: DamageLog?

    init(_ engine: Snapshot, _ context: ReadContext, lease: SnapshotLease? = nil) {
        self.engine = engine
        self.context = context
        self.lease = lease
        log = context.log
    }

    /// The same state, read past damage.
    init(_ other: HistorySnapshot, skipping log: DamageLog) {
        engine = other.engine
        context = other.context
        lease = other.lease
        self.log = log
    }

    /// The position up to which batches are seen.
    public var position: UInt64 { engine.position }

    /// The samples that reading everything returns.
    public var sampleCount: Int { engine.sampleCount }

    /// The moment at which the snapshot was taken. No sample is missing after it.
    public var now: Timestamp { lease?.now ?? context.time.now }

    /// The marks of the moment at which the snapshot was taken.
    var marks: RecentMarks.Marks { lease?.marks ?? context.marks.current }

    /// Counts of samples that the journal does not have yet. A frozen state has none: they are
    /// those of the present.
    var pendingCounts: IngestLedger? { lease == nil ? context.ledger : nil }

    /// Samples of one result at most; ``HistoryReading/batches(of:in:)`` has no bound.
    public static let sampleCountMax = 10_000_000
}

extension HistorySnapshot: HistoryReading {
    public func snapshot() -> HistorySnapshot { self }

    public func read<Result>(
        _ body: (HistorySnapshot) throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        try body(self)
    }
}
