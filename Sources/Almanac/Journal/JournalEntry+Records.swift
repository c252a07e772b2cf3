import FoundationEssentials
import SegmentStore

// Gaps, events and audit entries as the journal keeps them: one JSON object each, short keys.

private struct StoredGap: Codable {
    /// Nil for a gap of every point.
    var point: String?
    /// When the gap began, in an entry of a later year that it reaches into; else nil.
    var from: Int64?
    /// Nil in what a salvaged log leaves.
    var to: Int64?
    var reason: String
    var detail: String?
    /// When a gap of every point was recorded.
    var made: Int64?
    var firstLSN: UInt64?
    var lastLSN: UInt64?

    enum CodingKeys: String, CodingKey {
        case point, from, to, reason, detail, made
        case firstLSN = "first_lsn"
        case lastLSN = "last_lsn"
    }
}

private struct StoredEvent: Codable {
    var level: String
    var kind: String
    var subject: String?
    var message: String
    var fields: [String: String]?
}

private struct StoredAudit: Codable {
    var operation: String
    var user: String?
    var device: UInt32?
    var point: String?
    var old: String?
    var new: String?
    var source: String
}

extension JournalEntry {
    fileprivate init(
        _ kind: Kind, at time: Timestamp, json value: some Codable
    ) throws(StoreError) {
        let text = String(decoding: try DocumentCache.content(value), as: UTF8.self)
        self.init(kind, at: time, text)
    }

    fileprivate func decode<Value: Codable>(_ type: Value.Type) -> Value? {
        try? JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

extension JournalEntry {
    /// One entry per UTC year that a gap touches, so that a query reads the years of its range alone.
    fileprivate static func entries(
        of gap: StoredGap, from: Timestamp
    ) throws(StoreError) -> [JournalEntry] {
        var entries = [try JournalEntry(.gap, at: from, json: gap)]
        let supported = BulkImport.supportedRange
        guard supported.contains(from), let to = gap.to else { return entries }
        var later = gap
        later.from = from.rawValue
        var start = UTCYear(containing: from).end
        while start.rawValue < to, start < supported.to {
            entries.append(try JournalEntry(.gap, at: start, json: later))
            start = UTCYear(containing: start).end
        }
        return entries
    }
}

extension Gap {
    /// The gap as the journal keeps it, in each year that it touches.
    func journalEntries() throws(StoreError) -> [JournalEntry] {
        try JournalEntry.entries(
            of: StoredGap(
                point: point.description, to: range.to.rawValue, reason: reason.rawValue,
                detail: detail), from: range.from)
    }

    /// Nil for an entry that is no gap of a point.
    init?(_ entry: JournalEntry) {
        guard entry.kind == .gap, let stored = entry.decode(StoredGap.self),
            let point = stored.point.flatMap({ PointAddress($0) }), let to = stored.to,
            let range = TimeRange(
                from: stored.from.map(Timestamp.init(rawValue:)) ?? entry.time,
                to: Timestamp(rawValue: to))
        else { return nil }
        self.init(
            point: point, range: range, reason: GapReason(rawValue: stored.reason),
            detail: stored.detail)
    }
}

extension CommonGap {
    /// The gap as the journal keeps it, in each year that it touches.
    func journalEntries() throws(StoreError) -> [JournalEntry] {
        try JournalEntry.entries(
            of: StoredGap(
                to: to?.rawValue, reason: reason.rawValue, detail: detail,
                made: recordedAt?.rawValue), from: from)
    }

    /// Nil for an entry that is a gap of a point, or none.
    init?(_ entry: JournalEntry) {
        guard entry.kind == .gap, let stored = entry.decode(StoredGap.self), stored.point == nil
        else { return nil }
        self.init(
            from: stored.from.map(Timestamp.init(rawValue:)) ?? entry.time,
            to: stored.to.map(Timestamp.init(rawValue:)),
            reason: GapReason(rawValue: stored.reason), detail: stored.detail,
            recordedAt: stored.made.map(Timestamp.init(rawValue:)))
        if let first = stored.firstLSN, let last = stored.lastLSN {
            detail = "records \(first) to \(last) of the log are lost"
        }
    }
}

extension Event {
    func journalEntry() throws(StoreError) -> JournalEntry {
        try JournalEntry(
            .event, at: time,
            json: StoredEvent(
                level: level.rawValue, kind: kind, subject: subject, message: message,
                fields: fields.isEmpty ? nil : fields))
    }

    init?(_ entry: JournalEntry) {
        guard entry.kind == .event, let stored = entry.decode(StoredEvent.self),
            let level = Level(rawValue: stored.level)
        else { return nil }
        self.init(
            at: entry.time, level, kind: stored.kind, subject: stored.subject, stored.message,
            fields: stored.fields ?? [:])
    }
}

extension AuditEntry {
    func journalEntry() throws(StoreError) -> JournalEntry {
        try JournalEntry(
            .audit, at: timestamp,
            json: StoredAudit(
                operation: operation, user: userID,
                device: point == nil ? deviceID?.rawValue : nil,
                point: point?.description, old: oldValue, new: newValue, source: source))
    }

    init?(_ entry: JournalEntry) {
        guard entry.kind == .audit, let stored = entry.decode(StoredAudit.self) else {
            return nil
        }
        self.init(
            at: entry.time, operation: stored.operation,
            by: Author(userID: stored.user, source: stored.source),
            deviceID: stored.device.map { DeviceID($0) },
            point: stored.point.flatMap { PointAddress($0) }, oldValue: stored.old,
            newValue: stored.new)
    }
}
