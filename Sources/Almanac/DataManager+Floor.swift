import BuildingModel
import SegmentStore

extension DataManager {
    /// The time before which the store refuses samples, because retention has removed what was before
    /// it; `nil` if nothing was removed by its age.
    public var retentionFloor: Timestamp? { engineSnapshot.floor }

    /// Lowers the time before which samples are refused, and leaves an audit entry.
    ///
    /// Needed after a retention under a wrong clock. Samples that were removed do not come back.
    ///
    /// - Parameters:
    ///   - time: the new bound; `nil` accepts samples of any age.
    ///   - author: the author of the audit entry.
    /// - Returns: the bound before; nothing is changed or recorded if that is not later.
    /// - Throws: `readOnly`, `busy` while an import is under way, `diskFull`, `io`.
    @discardableResult
    public func lowerRetentionFloor(
        to time: Timestamp?, by author: Author = .program
    ) async throws(HistoryError) -> Timestamp? {
        let now = self.time.now
        return try await write { [self] (store) throws(StoreError) in
            try lowerFloor(of: store, to: time, at: now, by: author)
        }
    }

    /// Lowers a bound that is later than now, which only a wrong clock can have set, to what the
    /// configured retention keeps. If it is the present clock that is wrong, nothing is lost: the next
    /// retention raises the bound again.
    func lowerImplausibleFloor(of store: Store) throws(StoreError) {
        let now = time.now
        guard let floor = store.floor, floor > now else { return }
        let age = configuration.dataRetentionDays.map { Int64($0) * 86_400_000 }
        let bound = age.map { Timestamp(rawValue: now.rawValue.minus($0)) }
        try lowerFloor(of: store, to: bound, at: now, by: .program)
    }

    @discardableResult
    private func lowerFloor(
        of store: Store, to time: Timestamp?, at now: Timestamp, by author: Author
    ) throws(StoreError) -> Timestamp? {
        let before = try store.lowerFloor(to: time)
        guard let before, time.map({ $0 < before }) ?? true else { return before }
        let audit = AuditEntry(
            at: now, operation: "lowerRetentionFloor", by: author, oldValue: "\(before)",
            newValue: time.map { "\($0)" } ?? "none")
        record(done: [try audit.journalEntry()], in: store)
        return before
    }
}
