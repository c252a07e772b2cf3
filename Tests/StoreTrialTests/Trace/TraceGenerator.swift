import ColumnCodec
import SegmentStore
import TestSupport
import TimeSeriesModel

/// Draws the operations of a trace from a seed. Time moves on from the end of 2025 into 2026.
struct TraceGenerator {
    private(set) var now = newYear2025 + 364 * 86_400_000
    private var random: SplitMix64
    private var backupCount = 0
    private var textCount = 0

    static let hour: Int64 = 3_600_000

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func next() -> TraceStep {
        switch Int.random(in: 0..<46, using: &random) {
        case 0...1: return .flush
        case 2...3: return .compact
        case 4...5: return .reopen
        case 6...8: return .importColumns(columns(), rule())
        case 9: return .remove(index(), range())
        case 10: return .remove(nil, range())
        case 11:
            return .retain(now - Int64.random(in: 10...300, using: &random) * TraceGenerator.hour)
        case 12: return backup(TraceBackup.allCases.randomElement(using: &random)!)
        case 13...15: return define()
        case 16...18: return record()
        default: return append()
        }
    }

    mutating func append() -> TraceStep {
        .append(batch(), random.once(in: 4) ? .os : .durable, rule())
    }

    mutating func backup(_ way: TraceBackup) -> TraceStep {
        backupCount += 1
        return .backup(backupCount, way)
    }

    /// Documents come, change and go; devices and points get other names.
    mutating func define() -> TraceStep {
        textCount += 1
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            let number = UInt32.random(in: 100...102, using: &random)
            return .define(.device(number: number, name: "gateway \(textCount)"))
        case 1:
            return .define(.point(index: index(), name: "point \(textCount)", validFrom: now))
        default:
            let count = random.once(in: 5) ? 0 : Int.random(in: 1...300, using: &random)
            return .define(
                .document(
                    key: "doc/\(Int.random(in: 0..<4, using: &random))",
                    content: (0..<count).map { UInt8(truncatingIfNeeded: $0 + textCount) }))
        }
    }

    /// Up to three entries, of one year or of two.
    mutating func record() -> TraceStep {
        let entries = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            textCount += 1
            let back = Int64.random(in: 0...60, using: &random) * TraceGenerator.hour
            return JournalEntry(
                JournalEntry.Kind.allCases.randomElement(using: &random)!,
                at: Timestamp(rawValue: now - back), "{\"entry\":\(textCount)}")
        }
        return .record(entries)
    }

    mutating func rule() -> ConflictRule { random.once(in: 4) ? .keep : .replace }

    mutating func index() -> Int { Int.random(in: 0..<TraceState.seriesCount, using: &random) }

    /// Up to a few days, some of them across the year's end.
    mutating func range() -> TimeRange {
        let from = now - Int64.random(in: 0...150, using: &random) * TraceGenerator.hour
        let length = Int64.random(in: 1...60, using: &random) * TraceGenerator.hour
        return TimeRange(
            from: Timestamp(rawValue: from), to: Timestamp(rawValue: from + length))!
    }

    /// Ticks of all points, sometimes with late, repeated or replacing samples.
    private mutating func batch() -> SampleBatch {
        var batch = SampleBatch()
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            now += TraceGenerator.hour
            for index in 0..<TraceState.seriesCount where !random.once(in: 6) {
                let late = Int64.random(in: 1...60, using: &random) * TraceGenerator.hour
                batch.append(
                    SeriesID(rawValue: UInt32(index + 1)),
                    time: random.once(in: 5) ? now - late : now,
                    value: Double(Int.random(in: 0...9, using: &random)) / 10,
                    quality: random.once(in: 10) ? 2 : 0)
            }
        }
        if batch.isEmpty { batch.append(SeriesID(rawValue: 1), time: now, value: .nan) }
        return batch
    }

    mutating func columns() -> [Int: SampleColumns] {
        var columns = SampleColumns()
        let first = now - Int64.random(in: 0...200, using: &random) * TraceGenerator.hour
        for slot in 0..<Int64.random(in: 1...180, using: &random) {
            columns.append(
                time: first + slot * TraceGenerator.hour / 2,
                value: Double(Int.random(in: 0...9, using: &random)) / 10, quality: 0)
        }
        return [index(): columns]
    }
}
