import ColumnCodec
import DurableFiles
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

@Suite("FrameCache") struct FrameCacheTests {
    @Test("stays inside its bytes, and keeps what is asked for again and again")
    func bound() {
        let cache = FrameCache()
        let loved = FrameCache.Key(salt: 1, offset: 0)
        cache.insert([1, 2, 3], for: loved)
        for number in 1...20_000 {
            let key = FrameCache.Key(salt: UInt64(number % 3), offset: number * 1000)
            cache.insert([UInt8](repeating: UInt8(number & 255), count: 900), for: key)
            #expect(cache[loved] == [1, 2, 3])
            #expect(cache[key]?.first == UInt8(number & 255))
        }
        #expect(cache.byteCount <= FrameCache.byteCountMax)
        #expect(cache.byteCount > FrameCache.byteCountMax / 4)
        #expect(cache[FrameCache.Key(salt: 9, offset: 0)] == nil)
    }

    @Test("answers look-ups without a read, as the file would")
    func lookUps() throws {
        let storage = SimulatedStorage(seed: 1)
        let store = try Store.open(in: storage)
        let columns = quarterHours(30_000)
        try store.importColumns([0: columns])
        let snapshot = store.snapshot()
        let series = snapshot.testSeries(0)
        func answers() throws -> [Sample?] {
            try stride(from: 0, to: 30_000, by: 97).map {
                let time = Timestamp(rawValue: columns.times[$0] + 5)
                return try snapshot.sample(of: series, atOrBefore: time)
            }
        }
        // Once for the chunks, once for the frames, then from memory.
        let first = try answers()
        #expect(try answers() == first)
        let before = storage.operationCount
        #expect(try answers() == first)
        #expect(storage.operationCount == before)
        #expect(
            first.map { $0?.value }
                == stride(from: 0, to: 30_000, by: 97).map { columns.values[$0] })
    }
}
