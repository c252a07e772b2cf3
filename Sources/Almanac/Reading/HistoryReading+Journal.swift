import SegmentStore

extension HistoryReading {
    /// Returns the gaps that were recorded of a point, or of every point, and that overlap a range,
    /// by time.
    ///
    /// The first call for a UTC year reads the journal of that year, later ones what was added since.
    ///
    /// - Throws: `unknownPoint`; `damaged` if the journal cannot be read.
    public func recordedGaps(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> [Gap] {
        try read { (view) throws(HistoryError) in
            try view.require(point)
            let common = try view.commonGaps(of: point, in: range)
            let own = try view.journal.gaps(of: point, in: range, for: view.engine)
            guard !common.isEmpty else { return own }
            return (own + common).sorted {
                ($0.range.from, $0.range.to) < ($1.range.from, $1.range.to)
            }
        }
    }

    /// Returns what happened in a range, by time.
    public func events(
        in range: TimeRange, kind: String? = nil
    ) throws(HistoryError) -> [Event] {
        try read { (view) throws(HistoryError) in
            try view.entries(of: .event, in: range).compactMap(Event.init)
                .filter { kind == nil || $0.kind == kind }
        }
    }

    /// Returns what people and programs changed in a range, by time.
    public func audit(in range: TimeRange) throws(HistoryError) -> [AuditEntry] {
        try read { (view) throws(HistoryError) in
            try view.entries(of: .audit, in: range).compactMap(AuditEntry.init)
        }
    }
}

extension HistorySnapshot {
    fileprivate func entries(
        of kind: JournalEntry.Kind, in range: TimeRange
    ) throws(HistoryError) -> [JournalEntry] {
        do throws(StoreError) {
            return try engine.journal(in: range, kind: kind, reportingTo: log)
        } catch { throw HistoryError(error) }
    }
}
