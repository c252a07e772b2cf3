import SegmentStore

/// A value of the journal and its position: a snapshot sees what was recorded up to its own.
struct Recorded<Value: Sendable>: Sendable {
    var position: UInt64
    var value: Value
    /// Whether it began in an earlier year and is recorded there too.
    var isCarriedOver = false
}

/// A part of the journal index: that of a UTC year, for all devices or for one.
struct JournalPart: Sendable {
    var cursor: JournalCursor
    private(set) var gaps: [PointAddress: [Recorded<Gap>]] = [:]
    private(set) var commonGaps: [Recorded<CommonGap>] = []
    private(set) var rows: [PointAddress: CountedRows] = [:]
    var jumps: [Recorded<ClockJump>] = []
    /// Whether only what is common to all points is held, since the rest takes too much memory.
    private(set) var isTooLarge = false
    /// About what it takes of memory.
    private(set) var byteCount = 200

    init(year: Int) { cursor = JournalCursor(year: year) }

    mutating func add(_ news: JournalNews) {
        if news.isTooLarge, !isTooLarge {
            isTooLarge = true
            gaps = [:]
            rows = [:]
            byteCount = 200 + (commonGaps.count + jumps.count) * JournalNote.byteCount
        }
        for item in news.notes.sorted(by: { $0.position < $1.position }) { add(item) }
    }

    private mutating func add(_ item: Recorded<JournalNote>) {
        func recorded<Value>(_ value: Value) -> Recorded<Value> {
            Recorded(position: item.position, value: value, isCarriedOver: item.isCarriedOver)
        }
        byteCount += JournalNote.byteCount
        switch item.value {
        case .gap(let gap): gaps[gap.point, default: []].append(recorded(gap))
        case .commonGap(let gap): commonGaps.append(recorded(gap))
        case .jump(let jump): jumps.append(recorded(jump))
        case .row(let row):
            // Summed rows are fewer than what was added.
            let before = rows[row.point]?.all.count ?? 0
            rows[row.point, default: CountedRows()].add(recorded(row))
            let after = rows[row.point]?.all.count ?? 0
            byteCount += (after - before - 1) * JournalNote.byteCount
        }
    }
}

/// Entries that were read of a year and are not in its part yet, within a bound.
struct JournalNews {
    private let device: DeviceID?
    private let byteCountMax: Int
    private(set) var notes: [Recorded<JournalNote>] = []
    /// Whether there is more than the bound lets be held; then only common notes are.
    private(set) var isTooLarge: Bool

    /// - Parameters:
    ///   - device: whose notes are kept; nil for those of all.
    ///   - isSmall: whether notes of single points are left out from the start.
    ///   - byteCountMax: at which those of all devices are too many. Those of one always count.
    init(of device: DeviceID?, isSmall: Bool, byteCountMax: Int) {
        self.device = device
        isTooLarge = isSmall
        self.byteCountMax = device == nil ? byteCountMax : .max
    }

    mutating func add(_ entry: RecordedEntry) {
        for (note, isCarriedOver) in JournalNote.notes(of: entry.entry) {
            if let point = note.point {
                if isTooLarge { continue }
                if let device, point.device != device { continue }
            } else if device != nil {
                continue
            }
            notes.append(
                Recorded(position: entry.position, value: note, isCarriedOver: isCarriedOver))
        }
        guard !isTooLarge, notes.count * JournalNote.byteCount > byteCountMax else { return }
        isTooLarge = true
        notes.removeAll { $0.value.point != nil }
    }
}

/// The newest rows of a point as they were recorded, and the others summed up by UTC day: a point
/// that is sent twice each tick has a row a minute for ever.
struct CountedRows: Sendable {
    private var newest: [Recorded<IngestRow>] = []
    private var days: [Recorded<IngestRow>] = []

    /// Two hours of one row a minute, and as many that wait to be summed up.
    private static let newestCountMax = 240

    var all: [Recorded<IngestRow>] { days + newest }

    mutating func add(_ row: Recorded<IngestRow>) {
        newest.append(row)
        guard newest.count > CountedRows.newestCountMax else { return }
        let half = CountedRows.newestCountMax / 2
        var sums = Dictionary(uniqueKeysWithValues: days.map { ($0.value.day, $0) })
        for row in newest.prefix(half) {
            // A reader that saw the first of them sees them all.
            sums[row.value.day] =
                sums[row.value.day].map {
                    Recorded(
                        position: min($0.position, row.position), value: $0.value.joined(row.value))
                } ?? row
        }
        newest.removeFirst(half)
        days = sums.values.sorted { $0.value.day < $1.value.day }
    }
}

/// The content of an entry that the index keeps.
enum JournalNote: Sendable {
    case gap(Gap)
    case commonGap(CommonGap)
    case row(IngestRow)
    case jump(ClockJump)

    /// About what one takes of memory.
    static let byteCount = 200

    /// The point that it is about; nil for what is common to all.
    var point: PointAddress? {
        switch self {
        case .gap(let gap): gap.point
        case .row(let row): row.point
        case .commonGap, .jump: nil
        }
    }

    /// The notes of an entry, and whether each was carried over from an earlier year.
    static func notes(of entry: JournalEntry) -> [(JournalNote, isCarriedOver: Bool)] {
        switch entry.kind {
        case .gap:
            if let gap = Gap(entry) {
                return [(.gap(gap), gap.range.from < entry.time)]
            } else if let gap = CommonGap(entry) {
                return [(.commonGap(gap), gap.from < entry.time)]
            }
            return []
        case .event:
            // Most events are neither, and decoding them would take longer than reading them.
            if entry.text.contains(Event.ingestKind), let rows = IngestRow.rows(of: entry) {
                return rows.map { (.row($0), false) }
            } else if entry.text.contains(Event.clockJumpKind), let jump = ClockJump(entry) {
                return [(.jump(jump), false)]
            }
            return []
        case .audit: return []
        }
    }
}
