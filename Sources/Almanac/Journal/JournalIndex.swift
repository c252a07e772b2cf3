import DurableFiles
import SegmentStore
import Synchronization

/// What the journal says of each point: gaps, counted samples, jumps of clocks.
///
/// Reads the journal once and follows it from there, so that a question costs what is new since the
/// last one and what it asks for. Takes some two hundred bytes a gap.
final class JournalIndex: Sendable {
    fileprivate struct Content {
        var cursor = JournalCursor()
        var gaps: [PointAddress: [Seen<Gap>]] = [:]
        var commonGaps: [Seen<CommonGap>] = []
        var rows: [PointAddress: CountedRows] = [:]
        var jumps: [Seen<ClockJump>] = []
    }

    /// The newest rows of a point as they were recorded, and the others summed up by UTC day: a
    /// point that is sent twice each tick has a row a minute for ever.
    fileprivate struct CountedRows {
        var newest: [Seen<IngestRow>] = []
        var days: [Seen<IngestRow>] = []
    }

    /// A snapshot sees what was recorded up to its own position.
    fileprivate struct Seen<Value: Sendable>: Sendable {
        let position: UInt64
        let value: Value
    }

    private let content = Guarded(Content())
    private let log: DamageLog?

    /// - Parameter log: takes note of what cannot be read, which is then left out; without one it is
    ///   thrown.
    init(skipping log: DamageLog? = nil) { self.log = log }

    /// The gaps recorded of a point alone that overlap a range, by time.
    func gaps(
        of point: PointAddress, in range: TimeRange, for snapshot: Snapshot
    ) throws(HistoryError) -> [Gap] {
        try catchUp(with: snapshot)
        return content.withLock { $0.gaps[point] ?? [] }
            .visible(to: snapshot).filter { $0.range.from < range.to && $0.range.to > range.from }
            .sorted { ($0.range.from, $0.range.to) < ($1.range.from, $1.range.to) }
    }

    /// The gaps recorded of every point, in the order of recording.
    func commonGaps(for snapshot: Snapshot) throws(HistoryError) -> [CommonGap] {
        try catchUp(with: snapshot)
        return content.withLock { $0.commonGaps }.visible(to: snapshot)
    }

    /// What was counted of a point's samples whose times touch a range, and the jumps of clocks in it.
    ///
    /// Of a point with many counts only the newest are told by the minute and to each snapshot as it
    /// saw them; older ones are of a whole day, as it is counted now.
    func counters(
        of point: PointAddress, in range: TimeRange, for snapshot: Snapshot
    ) throws(HistoryError) -> IngestCounters {
        try catchUp(with: snapshot)
        let (rows, jumps) = content.withLock { ($0.rows[point], $0.jumps) }
        var counters = IngestCounters()
        for row in (rows?.all ?? []).visible(to: snapshot) where row.touches(range) {
            counters += row.counters
        }
        counters.clockJumps += jumps.visible(to: snapshot)
            .count { range.contains($0.time) && $0.concerns(point) }
        return counters
    }

    /// How many rows are held of a point.
    func rowCount(of point: PointAddress) -> Int {
        content.withLock { $0.rows[point]?.all.count ?? 0 }
    }

    /// Takes in what was recorded up to a snapshot. The files are read outside the lock; of several
    /// threads that read the same, the first counts.
    func catchUp(with snapshot: Snapshot) throws(HistoryError) {
        while true {
            let known = content.withLock { $0.cursor }
            var cursor = known
            var entries: [RecordedEntry]
            do throws(StoreError) {
                entries = try snapshot.journal(behind: &cursor, reportingTo: log)
            } catch { throw HistoryError(error) }
            guard cursor.position > known.position else { return }
            entries.sort { $0.position < $1.position }
            let notes = entries.compactMap { entry in
                JournalNote(entry.entry).map { Seen(position: entry.position, value: $0) }
            }
            let isTaken = content.withLock { content in
                guard content.cursor.position == known.position else { return false }
                content.cursor = cursor
                for note in notes { content.add(note.value, at: note.position) }
                return true
            }
            if isTaken { return }
        }
    }
}

extension JournalIndex.Content {
    fileprivate mutating func add(_ note: JournalNote, at position: UInt64) {
        switch note {
        case .gap(let gap):
            gaps[gap.point, default: []].append(.init(position: position, value: gap))
        case .commonGap(let gap): commonGaps.append(.init(position: position, value: gap))
        case .jump(let jump): jumps.append(.init(position: position, value: jump))
        case .rows(let new):
            for row in new {
                rows[row.point, default: .init()].add(.init(position: position, value: row))
            }
        }
    }
}

extension JournalIndex.CountedRows {
    /// Two hours of one row a minute, and as many that wait to be summed up.
    private static let newestCountMax = 240

    fileprivate var all: [JournalIndex.Seen<IngestRow>] { days + newest }

    fileprivate mutating func add(_ row: JournalIndex.Seen<IngestRow>) {
        newest.append(row)
        guard newest.count > JournalIndex.CountedRows.newestCountMax else { return }
        let half = JournalIndex.CountedRows.newestCountMax / 2
        var sums = Dictionary(uniqueKeysWithValues: days.map { ($0.value.day, $0) })
        for row in newest.prefix(half) {
            // Whoever saw the first of them sees them all.
            sums[row.value.day] =
                sums[row.value.day].map {
                    .init(
                        position: min($0.position, row.position), value: $0.value.joined(row.value))
                } ?? row
        }
        newest.removeFirst(half)
        days = sums.values.sorted { $0.value.day < $1.value.day }
    }
}

extension Array {
    fileprivate func visible<Value>(to snapshot: Snapshot) -> [Value]
    where Element == JournalIndex.Seen<Value> {
        compactMap { $0.position <= snapshot.position ? $0.value : nil }
    }
}

/// What of an entry the index keeps.
enum JournalNote: Sendable {
    case gap(Gap)
    case commonGap(CommonGap)
    case rows([IngestRow])
    case jump(ClockJump)

    init?(_ entry: JournalEntry) {
        switch entry.kind {
        case .gap:
            if let gap = Gap(entry) {
                self = .gap(gap)
            } else if let gap = CommonGap(entry) {
                self = .commonGap(gap)
            } else {
                return nil
            }
        case .event:
            // Most events are neither, and decoding them would take longer than reading them.
            if entry.text.contains(Event.ingestKind), let rows = IngestRow.rows(of: entry) {
                self = .rows(rows)
            } else if entry.text.contains(Event.clockJumpKind), let jump = ClockJump(entry) {
                self = .jump(jump)
            } else {
                return nil
            }
        case .audit: return nil
        }
    }
}
