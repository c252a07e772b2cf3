import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

@Suite("A full or forbidden disk") struct DiskFullTests {
    @Test("refuses an import with its own error, at whatever byte it fills, and harms nothing")
    func fullAnywhere() throws {
        let origin = SimulatedStorage(seed: 21)
        var store = try Store.open(in: origin)
        try store.importColumns([0: quarterHours(5000)])
        let truth = try store.snapshot().everything()
        store.close()
        let used = origin.disk.capacity - origin.disk.availableByteCount
        var refusals = 0
        var options = StoreOptions()
        options.diskReserveByteCount = 0
        for room in stride(from: 0, through: 80_000, by: 4096) {
            let storage = SimulatedStorage(disk: origin.disk)
            storage.setCapacity(used + room)
            do {
                store = try Store.open(in: storage, options: options)
                try store.importColumns([1: quarterHours(9000, seed: 4)])
                store.close()
                break
            } catch let error as StoreError {
                refusals += 1
                #expect(error.code == .diskFull, "room \(room): \(error)")
                #expect(error.message.contains("space"), "\(error)")
            }
            #expect(try Snapshot.open(in: storage).everything() == truth, "room \(room)")
            #expect(try Snapshot.open(in: storage).verify().isWhole, "room \(room)")
            // With room again, the same import goes through.
            store.close()
            storage.setCapacity(used + 10_000_000)
            let again = try Store.open(in: storage, options: options)
            try again.importColumns([1: quarterHours(9000, seed: 4)])
            #expect(again.snapshot().sampleCount == 14_000)
            again.close()
        }
        #expect(refusals > 3)
    }

    @Test("below its reserve takes nothing new, reads, flushes, and goes on by itself")
    func reserve() throws {
        var options = StoreOptions()
        options.diskReserveByteCount = 1 << 20
        options.logFileByteCount = 100_000
        let storage = SimulatedStorage(seed: 23)
        let store = try Store.open(in: storage, options: options)
        let series = try StoreTrace.define(store)
        var batch = SampleBatch()
        batch.append(series[0], time: newYear2025, value: 1)
        _ = try store.append(batch)
        let used = storage.disk.capacity - storage.disk.availableByteCount
        storage.setCapacity(used + (1 << 20) - 1)
        batch.append(series[1], time: newYear2025, value: 2)
        for _ in 0..<3 {
            let error = #expect(throws: StoreError.self) { try store.append(batch) }
            #expect(error?.code == .diskReserve)
            #expect(
                error?.message.contains("1048576 free") == true, "\(String(describing: error))")
        }
        #expect(throws: StoreError.self) { try store.importColumns([0: quarterHours(10)]) }
        #expect(throws: StoreError.self) {
            try store.define([
                PointDefinition(
                    address: point(9), deviceName: "dev",
                    version: PointVersion(
                        name: "p9", unit: "", dataType: .analog,
                        validFrom: Timestamp(milliseconds: 0)))
            ])
        }
        #expect(store.snapshot().sampleCount == 1)
        try store.flush()
        try store.remove(series[0], in: .all)
        #expect(store.snapshot().sampleCount == 0)
        storage.setCapacity(used + (2 << 20))
        #expect(try store.append(batch).stored == 2)
        store.close()
        #expect(try Snapshot.open(in: storage).verify().isWhole)
    }

    @Test("refuses whatever it fills, keeps what was acknowledged, and goes on by itself")
    func fullUnderEverything() throws {
        var options = StoreTrace.options
        options.diskReserveByteCount = 0
        var refusals = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            for room in stride(from: 20_000, through: 130_000, by: 2500) {
                refusals += try fill(seed: seed, room: room, options)
            }
        }
        #expect(refusals > 500)
    }

    /// Runs a trace on a disk with so much room; after each refusal there is more for one try.
    private func fill(seed: UInt64, room: Int, _ options: StoreOptions) throws -> Int {
        let storage = SimulatedStorage(seed: seed)
        var store = try Store.open(in: storage, options: options)
        _ = try StoreTrace.define(store)
        var generator = TraceGenerator(seed: seed)
        var state = TraceState()
        var refusals = 0
        for number in 0..<60 {
            let what = "seed \(seed), room \(room), step \(number)"
            let step = generator.next()
            storage.setCapacity(room)
            do {
                _ = try StoreTrace.carryOut(step, state, &store, storage, options: options)
            } catch let error as StoreError {
                refusals += 1
                #expect(error.code == .diskFull || error.code == .failed, "\(what): \(error)")
                #expect(try store.snapshot().everything() == state.samples, "\(what)")
                let reader = try Snapshot.open(in: storage.view(inNewProcess: true))
                let seen = try reader.everything()
                #expect(
                    seen == state.samples || seen == state.after(step).samples, "\(what), reader")
                storage.setCapacity(10_000_000)
                if error.code == .failed || step.isReopening {
                    store.close()
                    store = try Store.open(in: storage, options: options)
                    state.samples = try store.snapshot().everything()
                }
                if case .backup = step { continue }
                _ = try StoreTrace.carryOut(step, state, &store, storage, options: options)
            }
            state.apply(step)
            #expect(try store.snapshot().everything() == state.samples, "\(what)")
        }
        store.close()
        #expect(try Snapshot.open(in: storage).verify(deep: true).isWhole)
        return refusals
    }

    @Test("refuses to write where only reading is allowed, and reads")
    func readOnly() throws {
        let origin = SimulatedStorage(seed: 22)
        let store = try Store.open(in: origin)
        try store.importColumns([0: quarterHours(50)])
        store.close()
        let view = origin.view(readOnly: true)
        let error = #expect(throws: StoreError.self) { try Store.open(in: view) }
        #expect(error?.code == .readOnly)
        #expect(try Snapshot.open(in: view).everything()[0]?.count == 50)
    }
}

extension TraceStep {
    fileprivate var isReopening: Bool {
        if case .reopen = self { true } else { false }
    }
}
