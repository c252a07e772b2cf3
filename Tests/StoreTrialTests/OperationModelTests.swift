import ColumnCodec
import DurableFiles
import Foundation
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// Single operations of a writer and of readers, in random order and with tiny limits drawn from the
/// seed, against plain dictionaries.
@Suite("Operations against a dictionary") struct OperationModelTests {
    /// `ALMANAC_MODEL_OPERATIONS` makes it longer than CI's share.
    private static let operationCount =
        ProcessInfo.processInfo.environment["ALMANAC_MODEL_OPERATIONS"].flatMap(Int.init) ?? 400_000
    private static let runOperationCount = 5000

    @Test("each answers as the dictionaries do; what readers hold stays what it was")
    func agrees() {
        let runs = max(
            1, OperationModelTests.operationCount / OperationModelTests.runOperationCount)
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: runs) { index in
            let seed = UInt64(index + 1)
            do {
                var run = try OperationRun(seed: seed)
                try run.run(OperationModelTests.runOperationCount)
            } catch { failures.withLock { $0.append("seed \(seed), \(error)") } }
        }
        print("\(runs * OperationModelTests.runOperationCount) operations, seeds 1...\(runs)")
        #expect(failures.withLock { $0.prefix(20) } == [])
    }
}

private struct OperationRun {
    private var random: SplitMix64
    private var generator: TraceGenerator
    private let storage: SimulatedStorage
    private let options: StoreOptions
    private var store: Store
    private var state = TraceState()
    /// What readers hold, and what it must stay.
    private var held: [(snapshot: Snapshot, state: TraceState)] = []

    init(seed: UInt64) throws {
        random = SplitMix64(seed: seed ^ 0x0DDB)
        generator = TraceGenerator(seed: seed)
        storage = SimulatedStorage(seed: seed)
        var options = StoreOptions()
        options.headSampleCountMax = Int.random(in: 97...400, using: &random)
        options.logFileByteCount = Int.random(in: 2000...9000, using: &random)
        options.logByteCountMax = Int.random(in: 3000...30_000, using: &random)
        options.importSampleCountInMemory = Int.random(in: 20...400, using: &random)
        self.options = options
        store = try Store.open(in: storage, options: options)
        _ = try StoreTrace.define(store)
    }

    mutating func run(_ count: Int) throws {
        for number in 0..<count {
            let what = try operation(number)
            guard store.snapshot().sampleCount == state.count else {
                throw TestFailure(
                    "operation \(number), \(what): count \(store.snapshot().sampleCount), "
                        + "expected \(state.count)")
            }
            if number % 250 == 249 { try checkEverything("operation \(number), \(what)") }
        }
        store.close()
    }

    private mutating func operation(_ number: Int) throws -> String {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<55: return try write(generator.append(), number)
        case 55..<57: return try write(generator.next(), number)
        case 57..<60: return try hold(number)
        case 60..<85: return try lookUp(number)
        default: return try readRange(number)
        }
    }

    private mutating func write(_ step: TraceStep, _ number: Int) throws -> String {
        if case .backup(let number, _) = step { return try backUp(step, number) }
        do {
            _ = try StoreTrace.carryOut(step, state, &store, storage, options: options)
        } catch { throw TestFailure("operation \(number), \(step): \(error)") }
        state.apply(step)
        // What is older than any late sample goes, so that the run stays as fast as it began.
        if state.count > 1500 {
            _ = try write(.retain(generator.now - 200 * TraceGenerator.hour), number)
        }
        return "\(step)"
    }

    /// Each way of a backup, at once removed again, and what is restored from it.
    private mutating func backUp(_ step: TraceStep, _ number: Int) throws -> String {
        let root = TraceStep.backupRoot(number)
        _ = try StoreTrace.carryOut(step, state, &store, storage, options: options)
        let copy = storage.view(root: root)
        let back = storage.view(root: root + "-restored")
        try Store.restore(from: copy, to: back)
        for folder in [copy, back] {
            let found = try Snapshot.open(in: folder).content()
            guard found == state.content else {
                throw TestFailure("\(step): other \(found.difference(to: state.content))")
            }
            for path in folder.files.keys { try folder.unlink(path) }
        }
        return "\(step)"
    }

    /// Takes a snapshot, of this process or of another, or looks at one again and lets it go.
    private mutating func hold(_ number: Int) throws -> String {
        if held.count < 4 {
            let isForeign = random.once(in: 4)
            let snapshot =
                isForeign
                ? try Snapshot.open(in: storage.view(inNewProcess: true)) : store.snapshot()
            held.append((snapshot, state))
            return "hold"
        }
        let (snapshot, due) = held.remove(at: Int.random(in: 0..<held.count, using: &random))
        var found = try snapshot.content()
        var expected = due.content
        // Retention removes journals of whole years, also from the snapshots that are held.
        try need(
            Set(found.journal).isSubset(of: expected.journal), number,
            "a held snapshot has journal entries that are new to it")
        found.journal = []
        expected.journal = []
        try need(found == expected, number, "a held snapshot changed")
        return "let go"
    }

    private mutating func lookUp(_ number: Int) throws -> String {
        let (snapshot, samples) = view()
        let index = Int.random(in: 0..<TraceState.seriesCount, using: &random)
        let time =
            generator.now - Int64.random(in: -5...300, using: &random) * (TraceGenerator.hour / 2)
        let due = samples[index]!.keys.filter { $0 <= time }.max()
        let found = try snapshot.sample(
            of: SeriesID(rawValue: UInt32(index + 1)), atOrBefore: Timestamp(rawValue: time))
        let dueSample = due.flatMap { samples[index]![$0] }
        try need(
            found?.time.rawValue == due && found?.value.bitPattern == dueSample?.bits
                && found?.quality.rawValue == dueSample?.quality,
            number, "look-up of \(index) at \(time): \(String(describing: found)), due \(due ?? 0)")
        return "look-up"
    }

    private mutating func readRange(_ number: Int) throws -> String {
        let (snapshot, samples) = view()
        let index = Int.random(in: 0..<TraceState.seriesCount, using: &random)
        let range = generator.range()
        let due = samples[index]!.filter { range.contains(Timestamp(rawValue: $0.key)) }
        let series = SeriesID(rawValue: UInt32(index + 1))
        if random.once(in: 2) {
            let columns = try snapshot.samples(of: series, in: range)
            try need(columns.times == due.keys.sorted(), number, "range \(range) of \(index)")
            try need(columns.byTime == due, number, "samples of \(range) of \(index)")
        } else {
            let aggregate = try snapshot.aggregate(of: series, in: range)
            let usable = due.values.filter { Quality(rawValue: $0.quality).isUsable }
                .map { Double(bitPattern: $0.bits) }.filter(\.isFinite)
            try need(
                aggregate.count == usable.count && aggregate.minimum == usable.min()
                    && aggregate.maximum == usable.max(),
                number, "aggregate of \(range) of \(index)")
        }
        return "range"
    }

    /// The newest state, or one that a reader holds.
    private mutating func view() -> (Snapshot, Truth) {
        if !held.isEmpty, random.once(in: 3) {
            let one = held[Int.random(in: 0..<held.count, using: &random)]
            return (one.snapshot, one.state.samples)
        }
        return (store.snapshot(), state.samples)
    }

    private func checkEverything(_ what: String) throws {
        let reader = try Snapshot.open(in: storage.view(inNewProcess: true))
        for (name, snapshot) in [("here", store.snapshot()), ("another process", reader)] {
            let found = try snapshot.content()
            guard found == state.content, snapshot.sampleCount == state.count else {
                throw TestFailure("\(what), \(name): other \(found.difference(to: state.content))")
            }
        }
        let report = try reader.verify(deep: true)
        guard report.isWhole else { throw TestFailure("\(what): \(report.damages)") }
    }

    private func need(_ condition: Bool, _ number: Int, _ what: String) throws {
        guard condition else { throw TestFailure("operation \(number): \(what)") }
    }
}
