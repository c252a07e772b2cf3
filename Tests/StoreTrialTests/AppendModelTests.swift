import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// Random batches, imports, flushes and merges against plain dictionaries, while readers hold old
/// snapshots.
@Suite("Appends against a dictionary") struct AppendModelTests {
    @Test(
        "every step leaves the state that is due, here and for another process",
        arguments: 1...40 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) throws {
        let trace = StoreTrace(seed: seed, stepCount: 60)
        let storage = SimulatedStorage(seed: seed)
        var held: [(Snapshot, Truth)] = []
        var random = SplitMix64(seed: seed ^ 0xABCD)
        let store = try trace.run(on: storage) { step, _ in
            let label = "seed \(seed), after \(step == 0 ? "opening" : "\(trace.steps[step - 1])")"
            let state = trace.states[step].samples
            let reader = try Snapshot.open(in: storage)
            #expect(try reader.everything() == state, "\(label), another process")
            let count = state.values.reduce(0) { $0 + $1.count }
            #expect(reader.sampleCount == count, "\(label)")
            if random.once(in: 5) { held.append((reader, state)) }
            if step % 7 == 6, let samples = state[1], !samples.isEmpty {
                try NaiveReads(samples).check(reader, reader.testSeries(1), &random, label)
            }
            for (snapshot, due) in held.suffix(3) {
                #expect(try snapshot.everything() == due, "\(label): a held snapshot changed")
            }
        }
        let last = store.snapshot()
        #expect(try last.everything() == trace.states[trace.steps.count].samples, "seed \(seed)")
        store.close()
        #expect(try Snapshot.open(in: storage).verify(deep: true).damages == [], "seed \(seed)")
    }

    @Test("a sample outside the window, or of an unknown series, is refused; the rest is taken")
    func refusals() throws {
        var options = StoreOptions()
        options.sampleWindow = TimeRange(
            from: Timestamp("2000-01-01")!, to: Timestamp("2030-01-01")!)!
        let store = try Store.open(in: SimulatedStorage(seed: 1), options: options)
        let series = try StoreTrace.define(store)
        var batch = SampleBatch()
        batch.append(series[0], time: newYear2025, value: 1)
        batch.append(series[0], time: 4_102_444_800_000, value: 2)
        let receipt = try store.append(batch)
        #expect(receipt.stored == 1)
        #expect(receipt.rejected.map(\.index) == [1])
        #expect(receipt.rejected.map(\.reason) == [.outsideWindow])
        #expect(receipt.durability == .durable)
        batch.append(SeriesID(rawValue: 99), time: newYear2025, value: 3)
        let error = #expect(throws: StoreError.self) { try store.append(batch) }
        #expect(error?.code == .invalidParameter)
        #expect(error?.message.contains("99") == true)
        #expect(store.snapshot().sampleCount == 1)
    }

    @Test("a batch whose sync fails is not acknowledged; reads go on, writes do not")
    func failedSync() throws {
        let storage = SimulatedStorage(seed: 2)
        let store = try Store.open(in: storage)
        let series = try StoreTrace.define(store)
        var batch = SampleBatch()
        batch.append(series[0], time: newYear2025, value: 1)
        _ = try store.append(batch)
        storage.inject(.fail(errno: 5), atEvery: [.sync])
        batch.append(series[0], time: newYear2025 + 1000, value: 2)
        let error = #expect(throws: StoreError.self) { try store.append(batch) }
        #expect(error?.code == .io)
        #expect(try store.snapshot().everything()[0]?.count == 1)
        let later = #expect(throws: StoreError.self) { try store.append(batch) }
        #expect(later?.code == .failed)
        let recovered = try Store.open(in: storage.crash(.nothing))
        // A failed sync leaves open what reached the medium; the acknowledged sample is there.
        let found = try recovered.snapshot().everything()[0]
        #expect(found?[newYear2025]?.bits == (1.0).bitPattern)
        #expect((1...2).contains(found?.count ?? 0))
    }

    @Test("a damaged record that had been synced is refused by the writer and told by the reader")
    func damagedLog() throws {
        let storage = SimulatedStorage(seed: 3)
        let store = try Store.open(in: storage)
        let series = try StoreTrace.define(store)
        for tick in 0..<5 {
            var batch = SampleBatch()
            batch.append(series[0], time: newYear2025 + Int64(tick) * 1000, value: Double(tick))
            _ = try store.append(batch)
        }
        let killed = storage.kill()
        let log = try killed.list(StoreLayout.logFolder).map { "log/" + $0 }[0]
        // The first tick's frame lies behind the definitions'.
        let bytes = killed.files[log]!
        let second = 1024 + 24 + Int(bytes[1024]) + (8 - (24 + Int(bytes[1024])) % 8) % 8
        #expect(killed.flipBit(2, ofByte: second + 30, of: log))
        let reader = try Snapshot.open(in: killed)
        #expect(reader.problems.contains { $0.reason == .badLog && $0.losesSamples })
        #expect(try reader.everything(skipping: DamageLog())[0]?.isEmpty == true)
        let error = #expect(throws: StoreError.self) { try Store.open(in: killed) }
        #expect(error?.code == .damaged)
        #expect(error?.file == log)
    }
}
