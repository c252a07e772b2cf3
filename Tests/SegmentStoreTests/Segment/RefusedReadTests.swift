import ColumnCodec
import DurableFiles
import Glibc
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// A read of an index page that the system refused was taken for damage: the process decoded the
/// whole segment to make an index of its own, and kept that one for its life.
@Suite("A read of a segment that the system refuses") struct RefusedReadTests {
    private func filledStorage() throws -> SimulatedStorage {
        let storage = SimulatedStorage(seed: 1)
        let store = try Store.open(in: storage)
        var columns: [Int: SampleColumns] = [:]
        for index in 0..<120 { columns[index] = quarterHours(40, seed: UInt64(index + 1)) }
        try store.importColumns(columns)
        store.close()
        return storage
    }

    @Test(
        "is an error and no damage; the next read uses the same index",
        arguments: [EIO, ENOMEM, ESTALE])
    func refused(number: Int32) throws {
        let storage = try filledStorage()
        let time = Timestamp(rawValue: newYear2025 + 39 * 900_000)
        let whole = try Snapshot.open(in: storage)
        let series = whole.testSeries(77)
        let before = storage.operationCount
        let due = try #require(try whole.sample(of: series, atOrBefore: time))
        let count = storage.operationCount - before
        try #require(count >= 1)
        for place in 1...count {
            let snapshot = try Snapshot.open(in: storage)
            storage.inject(.fail(errno: number), atOperation: storage.operationCount + place)
            let error = #expect(throws: StoreError.self, "operation \(place)") {
                try snapshot.sample(of: series, atOrBefore: time)
            }
            #expect(error?.code != .damaged, "operation \(place)")
            let log = DamageLog()
            let start = storage.operationCount
            #expect(try snapshot.sample(of: series, atOrBefore: time, skipping: log) == due)
            #expect(log.damages == [], "operation \(place)")
            #expect(storage.operationCount - start <= count, "operation \(place): a rebuilt index")
        }
    }
}
