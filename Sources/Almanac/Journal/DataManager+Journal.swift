import SegmentStore

extension HistorySnapshot {
    /// The gaps that were recorded of a point and that overlap a range, by time.
    ///
    /// - Throws: `unknownPoint`; `damaged` where the journal cannot be read.
    public func recordedGaps(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> [Gap] {
        try require(point)
        // A gap stands in the journal at its beginning, which may lie long before the range.
        return try entries(until: range.to).compactMap(Gap.init).filter {
            $0.point == point && $0.range.to > range.from && $0.range.from < range.to
        }
    }

    /// The gaps of any point that a moment lies in.
    func recordedGaps(at moment: Timestamp) throws(HistoryError) -> [Gap] {
        try entries(until: Timestamp(rawValue: moment.rawValue + 1)).compactMap(Gap.init).filter {
            $0.range.contains(moment)
        }
    }

    /// What happened in a range, by time.
    public func events(
        in range: TimeRange, kind: String? = nil
    ) throws(HistoryError) -> [Event] {
        try journal(in: range).compactMap(Event.init).filter { kind == nil || $0.kind == kind }
    }

    /// What people and programs changed in a range, by time.
    public func audit(in range: TimeRange) throws(HistoryError) -> [AuditEntry] {
        try journal(in: range).compactMap(AuditEntry.init)
    }

    private func entries(until end: Timestamp) throws(HistoryError) -> [JournalEntry] {
        try journal(in: TimeRange(from: min(Timestamp(rawValue: .min), end), to: end)!)
    }

    private func journal(in range: TimeRange) throws(HistoryError) -> [JournalEntry] {
        do throws(StoreError) { return try engine.journal(in: range) } catch {
            throw HistoryError(error)
        }
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
        try await write { (store) throws(StoreError) in
            var entries: [JournalEntry] = []
            for gap in gaps { entries.append(try gap.journalEntry()) }
            try store.record(entries)
        }
    }

    /// Records what happened; durable on return.
    public func record(_ event: Event) async throws(HistoryError) {
        try await write { (store) throws(StoreError) in
            try store.record([try event.journalEntry()])
        }
    }

    /// Records what somebody changed; durable on return.
    public func record(_ entry: AuditEntry) async throws(HistoryError) {
        try await write { (store) throws(StoreError) in
            try store.record([try entry.journalEntry()])
        }
    }

    /// The gaps that were recorded of a point and that overlap a range, by time.
    public func recordedGaps(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> [Gap] {
        try snapshot().recordedGaps(of: point, in: range)
    }

    /// What happened in a range, by time.
    public func events(
        in range: TimeRange, kind: String? = nil
    ) throws(HistoryError) -> [Event] {
        try snapshot().events(in: range, kind: kind)
    }

    /// What people and programs changed in a range, by time.
    public func audit(in range: TimeRange) throws(HistoryError) -> [AuditEntry] {
        try snapshot().audit(in: range)
    }
}
