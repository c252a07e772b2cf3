import ColumnCodec
import Dispatch
import DurableFiles
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// Readers beside imports and merges; run under the thread sanitizer too.
@Suite("SharedReading") struct SharedReadingTests {
    @Test("many readers see whole imports only, while others are made and merged")
    func readersBesideWriter() throws {
        let store = try Store.open(in: SimulatedStorage(seed: 41))
        try store.importColumns([0: quarterHours(3000)])
        let expected = try store.snapshot().everything()[0]!
        let isDone = Atomic(false)
        let reads = Atomic(0)
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 9) { worker in
            do {
                if worker == 0 {
                    defer { isDone.store(true, ordering: .releasing) }
                    for round in 1...20 {
                        try store.importColumns([
                            round: quarterHours(500, seed: UInt64(round)),
                            100 + round: quarterHours(500, seed: UInt64(round)),
                        ])
                        if round % 4 == 0 { try store.compact() }
                    }
                    return
                }
                repeat {
                    let snapshot = store.snapshot()
                    let own = try snapshot.samples(of: snapshot.testSeries(0), in: .all).byTime
                    if own != expected { failures.withLock { $0.append("a changed series") } }
                    for round in 1...20 {
                        let pair = [round, 100 + round].map { index in
                            snapshot.catalog.series(of: point(index)).flatMap {
                                try? snapshot.aggregate(of: $0, in: .all).sum
                            }
                        }
                        if pair[0] != pair[1] { failures.withLock { $0.append("half an import") } }
                    }
                    _ = try snapshot.latestSample(of: snapshot.testSeries(0))
                    reads.add(1, ordering: .relaxed)
                } while !isDone.load(ordering: .acquiring)
            } catch { failures.withLock { $0.append("\(error)") } }
        }
        #expect(failures.withLock { $0 } == [])
        #expect(reads.load(ordering: .relaxed) >= 8)
        #expect(try store.snapshot().verify(deep: true).isWhole)
    }
}
