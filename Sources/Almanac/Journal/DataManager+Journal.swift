import SegmentStore

extension HistorySnapshot {
    /// The gaps that were recorded of a point, or of every point, and that overlap a range, by time.
    ///
    /// The first question of a process reads the journal; later ones what was added since.
    ///
    /// - Throws: `unknownPoint`; `damaged` where the journal cannot be read.
    public func recordedGaps(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> [Gap] {
        try require(point)
        let common = try commonGaps(of: point, in: range)
        let own = try journal.gaps(of: point, in: range, for: engine)
        guard !common.isEmpty else { return own }
        return (own + common).sorted { ($0.range.from, $0.range.to) < ($1.range.from, $1.range.to) }
    }

    /// What happened in a range, by time.
    public func events(
        in range: TimeRange, kind: String? = nil
    ) throws(HistoryError) -> [Event] {
        try entries(in: range).compactMap(Event.init).filter { kind == nil || $0.kind == kind }
    }

    /// What people and programs changed in a range, by time.
    public func audit(in range: TimeRange) throws(HistoryError) -> [AuditEntry] {
        try entries(in: range).compactMap(AuditEntry.init)
    }

    private func entries(in range: TimeRange) throws(HistoryError) -> [JournalEntry] {
        do throws(StoreError) {
            return try engine.journal(in: range, reportingTo: log)
        } catch { throw HistoryError(error) }
    }
}

extension DataManager {
    /// Records why samples are missing; durable on return.
    ///
    /// - Throws: `unknownPoint`, and nothing is recorded then.
    public func record(_ gaps: [Gap]) async throws(HistoryError) {
        let catalog = engineSnapshot.catalog
        if let gap = gaps.first(where: { catalog[$0.point] == nil }) {
            throw HistoryError.unknown(gap.point)
        }
        try await write { [self] (store) throws(StoreError) in
            var entries: [JournalEntry] = []
            for gap in gaps { entries.append(try gap.journalEntry()) }
            try record(entries, in: store)
        }
    }

    /// Records what happened; durable on return.
    public func record(_ event: Event) async throws(HistoryError) {
        try await write { [self] (store) throws(StoreError) in
            try record([try event.journalEntry()], in: store)
        }
    }

    /// Records what somebody changed; durable on return.
    public func record(_ entry: AuditEntry) async throws(HistoryError) {
        try await write { [self] (store) throws(StoreError) in
            try record([try entry.journalEntry()], in: store)
        }
    }

    /// Adds entries to the journal, which syncs the log.
    func record(_ entries: [JournalEntry], in store: Store) throws(StoreError) {
        guard !entries.isEmpty else { return }
        try store.record(entries)
        monitor.noteSync()
    }

    /// The gaps that were recorded of a point and that overlap a range, by time.
    public func recordedGaps(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> [Gap] {
        try view.recordedGaps(of: point, in: range)
    }

    /// What happened in a range, by time.
    public func events(
        in range: TimeRange, kind: String? = nil
    ) throws(HistoryError) -> [Event] {
        try view.events(in: range, kind: kind)
    }

    /// What people and programs changed in a range, by time.
    public func audit(in range: TimeRange) throws(HistoryError) -> [AuditEntry] {
        try view.audit(in: range)
    }
}
