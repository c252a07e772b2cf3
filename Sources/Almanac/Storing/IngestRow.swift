import FoundationEssentials
import SegmentStore

/// What was counted of one point's samples of one UTC day.
struct IngestRow: Hashable, Sendable {
    var point: PointAddress
    /// The first and last time of those counted: their stamps; of quarantined ones, whose stamps say
    /// nothing, when they came.
    var span: ClosedRange<Int64>
    var counters: IngestCounters

    func touches(_ range: TimeRange) -> Bool {
        span.lowerBound < range.to.rawValue && span.upperBound >= range.from.rawValue
    }

    /// The UTC day that it is of.
    var day: Int64 { span.lowerBound.floorDivided(by: IngestRow.dayLength) }
    private static let dayLength: Int64 = 86_400_000

    /// Both together, of the same point.
    func joined(_ other: IngestRow) -> IngestRow {
        var sum = self
        sum.span =
            min(
                span.lowerBound, other.span.lowerBound)...max(
                span.upperBound, other.span.upperBound)
        sum.counters += other.counters
        return sum
    }
}

/// How a row stands in the journal; what is zero is left out.
private struct StoredIngestRow: Codable {
    var p: String
    var from: Int64
    var to: Int64
    var dup: Int?
    var rep: Int?
    var late: Int?
    var out: Int?

    init(_ row: IngestRow) {
        func counted(_ count: Int) -> Int? { count > 0 ? count : nil }
        p = row.point.description
        from = row.span.lowerBound
        to = row.span.upperBound
        dup = counted(row.counters.duplicates)
        rep = counted(row.counters.replaced)
        late = counted(row.counters.late)
        out = counted(row.counters.quarantined)
    }

    var row: IngestRow? {
        guard let point = PointAddress(p), from <= to else { return nil }
        return IngestRow(
            point: point, span: from...to,
            counters: IngestCounters(
                duplicates: dup ?? 0, replaced: rep ?? 0, late: late ?? 0, quarantined: out ?? 0))
    }
}

private struct StoredIngest: Codable {
    var level: String
    var kind: String
    var message: String
    var rows: [StoredIngestRow]
}

extension IngestRow {
    /// An entry of the journal has 64 KiB, a row some hundred bytes.
    private static let rowsPerEntry = 400

    /// The UTC year that it is of.
    private var year: UTCYear { UTCYear(containing: Timestamp(rawValue: span.lowerBound)) }

    /// The rows as events of the journal.
    static func journalEntries(
        _ rows: [IngestRow], at now: Timestamp
    ) throws(StoreError) -> [JournalEntry] {
        // In the journal of the year that they are about: a report of a year reads no other.
        let byYear = Dictionary(grouping: rows) { $0.year }
        var entries: [JournalEntry] = []
        for (year, rows) in byYear.sorted(by: { $0.key < $1.key }) {
            let isThisYear = year == UTCYear(containing: now)
            let first = Timestamp(rawValue: rows[0].span.lowerBound)
            entries += try journalEntries(ofYear: rows, at: isThisYear ? now : first)
        }
        return entries
    }

    private static func journalEntries(
        ofYear rows: [IngestRow], at time: Timestamp
    ) throws(StoreError) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        for start in stride(from: 0, to: rows.count, by: rowsPerEntry) {
            let part = rows[start..<min(start + rowsPerEntry, rows.count)]
            let sum = part.reduce(into: IngestCounters()) { $0 += $1.counters }
            let stored = StoredIngest(
                level: Event.Level.info.rawValue, kind: Event.ingestKind,
                message: "\(sum.duplicates) duplicate, \(sum.replaced) replaced, \(sum.late) late, "
                    + "\(sum.quarantined) quarantined",
                rows: part.map(StoredIngestRow.init))
            let text = String(decoding: try DocumentCache.content(stored), as: UTF8.self)
            entries.append(JournalEntry(.event, at: time, text))
        }
        return entries
    }

    /// Nil for an event of another kind.
    static func rows(of entry: JournalEntry) -> [IngestRow]? {
        let stored = try? JSONDecoder().decode(StoredIngest.self, from: Data(entry.text.utf8))
        guard let stored, stored.kind == Event.ingestKind else { return nil }
        return stored.rows.compactMap(\.row)
    }
}
