import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import TimeSeriesModel

/// A run of random operations on a small store, with the state that is due after each.
///
/// Every operation changes the state at once or not at all, so after a crash the store must be in
/// the state after one of the operations: none before the last one acknowledged as durable, none
/// behind the one under way.
struct StoreTrace {
    enum Step: CustomStringConvertible {
        case append(SampleBatch, Durability, ConflictRule)
        case importColumns([Int: SampleColumns], ConflictRule)
        case flush
        case compact
        case reopen

        var description: String {
            switch self {
            case .append(let batch, let level, let rule): "append \(batch.count) \(level) \(rule)"
            case .importColumns(let columns, let rule):
                "import \(columns.values.reduce(0) { $0 + $1.count }) \(rule)"
            case .flush: "flush"
            case .compact: "compact"
            case .reopen: "reopen"
            }
        }
    }

    static let seriesCount = 3
    private(set) var steps: [Step] = []
    /// The state before the first step, and after each.
    private(set) var states: [Truth] = [[0: [:], 1: [:], 2: [:]]]
    private var random: SplitMix64
    private var now = newYear2025 + 364 * 86_400_000

    init(seed: UInt64, stepCount: Int) {
        random = SplitMix64(seed: seed)
        for _ in 0..<stepCount {
            let step = randomStep()
            steps.append(step)
            states.append(StoreTrace.state(after: step, states[states.count - 1]))
        }
    }

    /// Limits so small that files, heads and segments change all the time.
    static var options: StoreOptions {
        var options = StoreOptions()
        options.headSampleCountMax = 120
        options.logFileByteCount = 6000
        options.logByteCountMax = 9000
        options.importSampleCountInMemory = 150
        return options
    }

    static func define(_ store: Store) throws -> [SeriesID] {
        try store.define(
            (0..<seriesCount).map { index in
                PointDefinition(
                    address: point(index), deviceName: "dev",
                    version: PointVersion(
                        name: "p\(index)", unit: "degC", dataType: .analog,
                        validFrom: Timestamp(milliseconds: 0)))
            })
    }

    private static func state(after step: Step, _ before: Truth) -> Truth {
        var truth = before
        func add(_ index: Int, _ time: Int64, _ sample: TruthSample, _ rule: ConflictRule) {
            if rule == .keep, before[index]?[time] != nil { return }
            truth[index, default: [:]][time] = sample
        }
        switch step {
        case .append(let batch, _, let rule):
            for index in 0..<batch.count {
                let series = Int(batch.series[index].rawValue) - 1
                if rule == .keep, truth[series]?[batch.times[index]] != nil { continue }
                truth[series, default: [:]][batch.times[index]] = TruthSample(
                    bits: batch.values[index].bitPattern, quality: batch.qualities[index])
            }
        case .importColumns(let columns, let rule):
            for (index, columns) in columns {
                for (time, sample) in columns.byTime { add(index, time, sample, rule) }
            }
        case .flush, .compact, .reopen: break
        }
        return truth
    }

    private mutating func randomStep() -> Step {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return .flush
        case 1: return .compact
        case 2: return .reopen
        case 3: return .importColumns(randomColumns(), randomRule())
        default:
            let level: Durability = random.once(in: 4) ? .os : .durable
            return .append(randomBatch(), level, randomRule())
        }
    }

    private mutating func randomRule() -> ConflictRule { random.once(in: 4) ? .keep : .replace }

    /// A tick of all points, sometimes with late, repeated or replacing samples.
    private mutating func randomBatch() -> SampleBatch {
        var batch = SampleBatch()
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            now += 3_600_000
            for index in 0..<StoreTrace.seriesCount where !random.once(in: 6) {
                let isLate = random.once(in: 5)
                let time =
                    isLate ? now - Int64.random(in: 1...60, using: &random) * 3_600_000 : now
                batch.append(
                    SeriesID(rawValue: UInt32(index + 1)), time: time,
                    value: Double(Int.random(in: 0...9, using: &random)) / 10,
                    quality: random.once(in: 10) ? 2 : 0)
            }
        }
        if batch.isEmpty {
            batch.append(SeriesID(rawValue: 1), time: now, value: .nan)
        }
        return batch
    }

    private mutating func randomColumns() -> [Int: SampleColumns] {
        var columns = SampleColumns()
        let first = now - Int64.random(in: 0...200, using: &random) * 3_600_000
        for slot in 0..<Int64.random(in: 1...180, using: &random) {
            columns.append(
                time: first + slot * 1_800_000,
                value: Double(Int.random(in: 0...9, using: &random)) / 10, quality: 0)
        }
        return [Int.random(in: 0..<StoreTrace.seriesCount, using: &random): columns]
    }

    /// Carries the steps out; `note` hears of each that is acknowledged, by its number.
    ///
    /// - Returns: the store, still open.
    func run(
        on storage: SimulatedStorage, note: (_ step: Int, _ level: Durability) throws -> Void
    ) throws -> Store {
        var store = try Store.open(in: storage, options: StoreTrace.options)
        _ = try StoreTrace.define(store)
        try note(0, .durable)
        for (number, step) in steps.enumerated() {
            var level = Durability.durable
            switch step {
            case .append(let batch, let wanted, let rule):
                let receipt = try store.append(batch, durability: wanted, onConflict: rule)
                level = receipt.durability
                try check(receipt, of: batch, states[number], states[number + 1], rule)
            case .importColumns(let columns, let rule):
                try store.importColumns(columns, onConflict: rule)
            case .flush: try store.flush()
            case .compact:
                // Rewrites segments only: what waits in the log is as safe as before.
                try store.compact()
                level = .os
            case .reopen:
                store.close()
                store = try Store.open(in: storage, options: StoreTrace.options)
            }
            try note(number + 1, level)
        }
        return store
    }

    private func check(
        _ receipt: Receipt, of batch: SampleBatch, _ before: Truth, _ after: Truth,
        _ rule: ConflictRule
    ) throws {
        let count = { (truth: Truth) in truth.values.reduce(0) { $0 + $1.count } }
        guard receipt.stored == count(after) - count(before),
            receipt.stored + receipt.duplicates + receipt.replaced + receipt.kept == batch.count,
            rule == .keep || receipt.kept == 0, rule == .replace || receipt.replaced == 0
        else { throw TestFailure("receipt \(receipt) of \(batch.count) samples") }
    }
}
