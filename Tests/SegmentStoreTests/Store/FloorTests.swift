import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// A removal under a clock of 2036 set a floor of 2035, and the store refused every sample until then.
@Suite("Floor") struct FloorTests {
    private let storage = SimulatedStorage(seed: 61)
    private static let end = newYear2025 + 99 * 900_000

    private func filled() throws -> Store {
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(100), 1: quarterHours(40, seed: 2)])
        return store
    }

    private func append(_ store: Store, _ time: Int64) throws -> Receipt {
        var batch = SampleBatch()
        batch.append(store.snapshot().testSeries(0), time: time, value: 1)
        return try store.append(batch)
    }

    @Test("is never above the newest stored sample, whatever time a removal names")
    func newestSample() throws {
        let store = try filled()
        #expect(try store.removeSamples(before: Timestamp("2035-01-01")!).samples == 140)
        #expect(store.floor == Timestamp(rawValue: FloorTests.end))
        #expect(try append(store, FloorTests.end + 900_000).stored == 1)
        #expect(try append(store, FloorTests.end - 1).rejected.map(\.reason) == [.belowFloor])
        #expect(try Snapshot.open(in: storage).verify(deep: true).damages == [])
    }

    @Test("stays away from an empty store")
    func emptyStore() throws {
        let store = try Store.open(in: storage)
        try store.removeSamples(before: Timestamp("2035-01-01")!)
        #expect(store.floor == nil)
    }

    @Test("counts a sample that is only in the log among the newest")
    func log() throws {
        let store = try filled()
        #expect(try append(store, FloorTests.end + 5).stored == 1)
        try store.removeSamples(before: Timestamp(rawValue: .max))
        #expect(store.floor == Timestamp(rawValue: FloorTests.end + 5))
    }

    @Test("is lowered by a call, durably, and never raised by it")
    func lowering() throws {
        let store = try filled()
        let bound = Timestamp(rawValue: newYear2025 + 50 * 900_000)
        try store.removeSamples(before: bound)
        let raised = try store.lowerFloor(to: Timestamp("2030-01-01")!)
        #expect(raised == bound && store.floor == bound)
        let lower = Timestamp(rawValue: newYear2025 + 10 * 900_000)
        #expect(try store.lowerFloor(to: lower) == bound)
        #expect(try append(store, lower.rawValue).stored == 1)
        #expect(try append(store, lower.rawValue - 1).rejected.map(\.reason) == [.belowFloor])
        store.close()
        let reopened = try Store.open(in: storage)
        #expect(reopened.floor == lower)
        #expect(try reopened.lowerFloor(to: nil) == lower)
        #expect(reopened.floor == nil)
        #expect(try append(reopened, newYear2025 - 1).stored == 1)
    }

    @Test(
        "takes the extreme times", arguments: [Int64.min, Int64.min + 1, -(1 << 53), 1 << 53, .max])
    func extremes(time: Int64) throws {
        let store = try filled()
        try store.removeSamples(before: Timestamp(rawValue: time))
        try store.lowerFloor(to: Timestamp(rawValue: time))
        #expect(try append(store, FloorTests.end + 1).stored == 1)
        #expect(try Snapshot.open(in: storage).verify(deep: true).damages == [])
    }

    @Test("of a removal of several series leaves the others") func someSeries() throws {
        let store = try filled()
        let series = store.snapshot().testSeries(1)
        #expect(try store.remove(Set([series]), in: .all).samples == 40)
        #expect(store.floor == nil && store.snapshot().sampleCount == 100)
        #expect(throws: StoreError.self) {
            try store.remove(Set([SeriesID(rawValue: 99)]), in: .all)
        }
    }
}
