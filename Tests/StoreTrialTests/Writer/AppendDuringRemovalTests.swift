import ColumnCodec
import DurableFiles
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// A removal counted what it left out when it read the year, and appends classified against the
/// samples that it was about to remove. A replacing sample was counted by neither, and a duplicate
/// was acknowledged as durable and gone.
@Suite("An append during a removal") struct AppendDuringRemovalTests {
    private static let step: Int64 = 900_000

    private func open(_ storage: SimulatedStorage) throws -> (Store, SeriesID) {
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(1000), 1: quarterHours(1000, seed: 2)])
        return (store, store.snapshot().testSeries(0))
    }

    /// Runs something once, in the removal's thread, while it writes its first segment.
    private func whileItWrites(
        _ storage: SimulatedStorage, _ body: @escaping @Sendable () throws -> Void
    ) -> Meanwhile {
        let meanwhile = Meanwhile()
        storage.onOperation { operation, _ in
            guard operation.kind == .create, operation.path.hasSuffix(".seg") else { return nil }
            storage.onOperation(nil)
            meanwhile.run(body)
            return nil
        }
        return meanwhile
    }

    /// What was done beside a removal, and whether it was done.
    private final class Meanwhile: Sendable {
        private let results = Mutex<[String?]>([])

        func run(_ body: () throws -> Void) {
            do {
                try body()
                results.withLock { $0.append(nil) }
            } catch { results.withLock { $0.append("\(error)") } }
        }

        func expectDone() { #expect(results.withLock { $0 } == [nil]) }
    }

    private func expectWhole(
        _ store: Store, _ storage: SimulatedStorage, count: Int
    ) throws {
        let snapshot = store.snapshot()
        let found = try snapshot.everything()
        #expect(found.values.reduce(0) { $0 + $1.count } == count)
        #expect(snapshot.sampleCount == count)
        for survival in [CrashSurvival.nothing, .everything, .random(3)] {
            let disk = SimulatedStorage(disk: storage.disk.afterCrash(survival))
            #expect(try Snapshot.open(in: disk).everything() == found, "\(survival)")
            let reopened = try Store.open(in: disk)
            #expect(reopened.snapshot().sampleCount == count, "\(survival)")
            reopened.close()
            #expect(try Snapshot.open(in: disk).verify(deep: true).damages == [], "\(survival)")
        }
        store.close()
        #expect(try Snapshot.open(in: storage).verify(deep: true).damages == [])
    }

    @Test(
        "stays and is counted: new, replacing, duplicate, and all of them twice",
        arguments: [Durability.durable, .os])
    func counted(_ durability: Durability) throws {
        let storage = SimulatedStorage(seed: 71)
        let (store, series) = try open(storage)
        let stored = try store.snapshot().everything()[0]!
        let known = stored[newYear2025 + 200 * Self.step]!
        var batch = SampleBatch()
        batch.append(series, time: newYear2025 + 100 * Self.step, value: 4711)
        batch.append(series, time: newYear2025 + 100 * Self.step + 1, value: 4711)
        batch.append(
            series, time: newYear2025 + 200 * Self.step, value: Double(bitPattern: known.bits),
            quality: known.quality)
        batch.append(series, time: newYear2025 + 900 * Self.step, value: 4711)
        let taken = batch
        let range = TimeRange(
            from: Timestamp(rawValue: newYear2025),
            to: Timestamp(rawValue: newYear2025 + 500 * Self.step))!
        let receipts = Mutex<[Receipt]>([])
        let meanwhile = whileItWrites(storage) {
            for _ in 0..<2 {
                let receipt = try store.append(taken, durability: durability)
                receipts.withLock { $0.append(receipt) }
            }
        }
        try store.remove(series, in: range)
        meanwhile.expectDone()
        let told = receipts.withLock { $0 }
        #expect(told.map(\.stored) == [1, 0])
        #expect(told.map(\.replaced) == [2, 0])
        #expect(told.map(\.duplicates) == [1, 4])
        let found = try store.snapshot().everything()[0]!
        for index in 0..<batch.count { #expect(found[batch.times[index]] != nil, "\(index)") }
        if durability == .os { try store.flush() }
        try expectWhole(store, storage, count: 1000 + 500 + 3)
    }

    @Test("is counted once if the removal fails, and once more removal is right again")
    func failedRemoval() throws {
        let storage = SimulatedStorage(seed: 72)
        var options = StoreOptions()
        options.diskReserveByteCount = 0
        var store = try Store.open(in: storage, options: options)
        try store.importColumns([0: quarterHours(1000)])
        let series = store.snapshot().testSeries(0)
        var batch = SampleBatch()
        batch.append(series, time: newYear2025 + 100 * Self.step, value: 4711)
        let taken = batch
        let capacity = storage.disk.capacity
        let held = store
        let range = TimeRange(
            from: Timestamp(rawValue: newYear2025),
            to: Timestamp(rawValue: newYear2025 + 500 * Self.step))!
        let meanwhile = whileItWrites(storage) {
            _ = try held.append(taken)
            storage.setCapacity(0)
        }
        let error = #expect(throws: StoreError.self) { try held.remove(series, in: range) }
        #expect(error?.code == .diskFull)
        meanwhile.expectDone()
        storage.setCapacity(capacity)
        #expect(store.snapshot().sampleCount == 1000)
        #expect(try store.snapshot().everything()[0]?.count == 1000)
        try store.remove(series, in: range)
        #expect(store.snapshot().sampleCount == 500)
        store.close()
        store = try Store.open(in: storage)
        try expectWhole(store, storage, count: 500)
    }

    @Test("older than what a retention keeps is refused from the retention's beginning on")
    func floor() throws {
        let storage = SimulatedStorage(seed: 73)
        let (store, series) = try open(storage)
        let floor = newYear2025 + 500 * Self.step
        var batch = SampleBatch()
        batch.append(series, time: floor - 1, value: 1)
        batch.append(series, time: floor + 1, value: 1)
        let taken = batch
        let rejected = Atomic(0)
        let meanwhile = whileItWrites(storage) {
            let receipt = try store.append(taken)
            rejected.add(receipt.rejected.count, ordering: .relaxed)
        }
        try store.removeSamples(before: Timestamp(rawValue: floor))
        meanwhile.expectDone()
        #expect(rejected.load(ordering: .relaxed) == 1)
        try expectWhole(store, storage, count: 1001)
    }

    /// An import that began while a retention ran kept the old floor, and its rows below the new one
    /// became visible.
    @Test(
        "or an import keeps nothing below the floor that holds at its end", arguments: [40, 9999])
    func importedFloor(samplesInMemory: Int) throws {
        let storage = SimulatedStorage(seed: 74)
        var options = StoreOptions()
        options.importSampleCountInMemory = samplesInMemory
        let store = try Store.open(in: storage, options: options)
        try store.importColumns([0: quarterHours(1000)])
        let floor = newYear2025 + 500 * Self.step
        let early = try store.beginImport()
        try early.append(
            quarterHours(100, from: floor - 50 * Self.step + 7), to: try early.testSeries(0))
        try early.append(
            quarterHours(60, from: floor - 50 * Self.step + 7, seed: 5),
            to: try early.testSeries(0))
        try store.removeSamples(before: Timestamp(rawValue: floor))
        let report = try early.commit()
        #expect(report.stored == 50)
        #expect(report.stored + report.replaced + report.duplicates + report.belowFloor == 160)
        // Belongs to the removal's thread, which runs the hook too.
        nonisolated(unsafe) var begun: BulkImport?
        let meanwhile = whileItWrites(storage) {
            let late = try store.beginImport()
            try late.append(quarterHours(20, from: floor + 9), to: try late.testSeries(1))
            begun = late
        }
        try store.removeSamples(before: Timestamp(rawValue: floor + 10 * Self.step))
        meanwhile.expectDone()
        let late = try #require(begun).commit()
        #expect(late.stored == 10)
        #expect(late.belowFloor == 10)
        try expectWhole(store, storage, count: 490 + 40 + 10)
    }
}
