import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// Random imports, merges and reopenings against plain dictionaries.
@Suite("Store against a dictionary") struct StoreModelTests {
    @Test("answers as the dictionary does", arguments: 1...24 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) throws {
        var model = Model(seed: seed)
        try model.run(steps: 12)
    }
}

private struct Model {
    private var random: SplitMix64
    private let storage: SimulatedStorage
    private var store: Store
    private var truth: Truth = [:]
    private let options: StoreOptions
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
        random = SplitMix64(seed: seed)
        storage = SimulatedStorage(seed: seed)
        var options = StoreOptions()
        // Every third store spills its imports to disk all the time.
        if seed % 3 == 0 { options.importSampleCountInMemory = 300 }
        self.options = options
        store = try! Store.open(in: storage, options: options)
    }

    mutating func run(steps: Int) throws {
        for step in 0..<steps {
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                try store.compact()
            case 1:
                try store.mergeWhereDue()
            case 2:
                store.close()
                store = try Store.open(in: storage, options: options)
            default:
                try importSome()
            }
            try check(step)
        }
    }

    private mutating func importSome() throws {
        let rule: ConflictRule = random.once(in: 4) ? .keep : .replace
        var brought: [Int: SampleColumns] = [:]
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            brought[Int.random(in: 0..<6, using: &random)] = randomColumns()
        }
        var expectedNew = 0
        for (index, columns) in brought {
            for (time, sample) in columns.byTime {
                let known = truth[index]?[time]
                if known == nil { expectedNew += 1 }
                if known == nil || rule == .replace {
                    truth[index, default: [:]][time] = sample
                }
            }
        }
        let report = try store.importColumns(brought, onConflict: rule)
        #expect(report.stored == expectedNew, "seed \(seed)")
        let count = brought.values.reduce(0) { $0 + $1.count }
        #expect(
            report.stored + report.duplicates + report.replaced + report.kept == count,
            "seed \(seed): \(report)")
    }

    /// Ascending or shuffled, with repeats, across two years, of all sorts of values.
    private mutating func randomColumns() -> SampleColumns {
        let count = random.once(in: 5) ? 9000 : Int.random(in: 1...700, using: &random)
        let step = [1, 1000, 60_000, 900_000].randomElement(using: &random)! as Int64
        let border: Int64 = 1_767_225_600_000
        var time =
            random.once(in: 2)
            ? border - Int64.random(in: 0...Int64(count), using: &random) * step
            : newYear2025 + Int64.random(in: 0...100, using: &random) * 900_000
        var slot = time
        var samples = SampleColumns()
        var value = Double(Int.random(in: 0...300, using: &random)) / 10
        // A third of the pollers are late by up to a tenth of their step, each time another.
        let jitter = random.once(in: 3) ? step / 10 : 0
        for _ in 0..<count {
            slot += random.once(in: 30) ? step * 7 : step
            time = slot + (jitter > 0 ? Int64.random(in: 0...jitter, using: &random) : 0)
            if !random.once(in: 3) {
                value = (value * 10 + Double(Int.random(in: -3...3, using: &random))).rounded() / 10
            }
            if random.once(in: 200) { value = Double(bitPattern: random.next()) }
            if value.magnitude > 1e9 || !value.isFinite, random.once(in: 2) { value = 20 }
            samples.append(
                time: time, value: value,
                quality: random.once(in: 50) ? UInt8.random(in: 0...255, using: &random) : 0)
        }
        guard random.once(in: 4) else { return samples }
        var shuffled = SampleColumns()
        for index in Array(0..<count).shuffled(using: &random) + [0] {
            shuffled.append(
                time: samples.times[index], value: samples.values[index],
                quality: samples.qualities[index])
        }
        return shuffled
    }

    private mutating func check(_ step: Int) throws {
        let snapshot = random.once(in: 2) ? store.snapshot() : try Snapshot.open(in: storage)
        #expect(try snapshot.everything() == truth, "seed \(seed), step \(step)")
        #expect(
            snapshot.sampleCount == truth.values.reduce(0) { $0 + $1.count },
            "seed \(seed), step \(step)")
        if step % 4 == 3 {
            let report = try snapshot.verify(deep: true)
            #expect(report.isWhole, "seed \(seed), step \(step): \(report.damages)")
        }
        guard let index = truth.keys.sorted().randomElement(using: &random) else { return }
        try NaiveReads(truth[index]!).check(
            snapshot, snapshot.testSeries(index), &random, "seed \(seed), step \(step)")
    }
}
