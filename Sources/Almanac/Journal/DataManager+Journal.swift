import SegmentStore

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
            for gap in gaps { entries += try gap.journalEntries() }
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
}
