import ColumnCodec
import DurableFiles
import Foundation
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// Readers beside writers that append, flush and merge; run under the thread sanitizer too.
@Suite("SharedAppending") struct SharedAppendingTests {
    private static let seriesCount = 4

    private func open(_ storage: SimulatedStorage) throws -> (Store, [SeriesID]) {
        var options = StoreOptions()
        options.headSampleCountMax = 100
        options.logFileByteCount = 8000
        let store = try Store.open(in: storage, options: options)
        let series = try store.define(
            (0..<SharedAppendingTests.seriesCount).map { index in
                PointDefinition(
                    address: point(index), deviceName: "dev",
                    version: PointVersion(
                        name: "p\(index)", unit: "", dataType: .analog,
                        validFrom: Timestamp(milliseconds: 0)))
            })
        return (store, series)
    }

    @Test("a hundred readers see a prefix of whole ticks, which never gets shorter")
    func readersBesideWriter() throws {
        let (store, series) = try open(SimulatedStorage(seed: 51))
        let failures = Mutex<Set<String>>([])
        let tickCount = 150
        let group = DispatchGroup()
        for _ in 0..<100 {
            group.enter()
            Thread {
                defer { group.leave() }
                var seen = 0
                for _ in 0..<10 {
                    do {
                        let snapshot = store.snapshot()
                        let columns = try series.map { try snapshot.samples(of: $0, in: .all) }
                        let count = columns[0].count
                        let due = (0..<count).map(Double.init)
                        if columns.contains(where: { $0.values != due }) {
                            failures.withLock { _ = $0.insert("not a prefix of whole ticks") }
                        }
                        if count < seen { failures.withLock { _ = $0.insert("a tick is gone") } }
                        if snapshot.sampleCount != count * series.count {
                            failures.withLock { _ = $0.insert("the count is wrong") }
                        }
                        seen = count
                    } catch { failures.withLock { _ = $0.insert("\(error)") } }
                }
            }.start()
        }
        for tick in 0..<tickCount {
            var batch = SampleBatch()
            for id in series {
                batch.append(id, time: newYear2025 + Int64(tick) * 1000, value: Double(tick))
            }
            _ = try store.append(batch)
        }
        group.wait()
        #expect(failures.withLock { $0 } == [])
        #expect(store.snapshot().sampleCount == tickCount * series.count)
        #expect(store.snapshot().segments.count > 0)
        store.close()
    }

    @Test("batches of many writers are all there, once, and share syncs")
    func manyWriters() throws {
        let storage = SimulatedStorage(seed: 52)
        let (store, series) = try open(storage)
        let group = DispatchGroup()
        let failures = Mutex<Set<String>>([])
        for writer in 0..<SharedAppendingTests.seriesCount {
            group.enter()
            Thread {
                defer { group.leave() }
                for tick in 0..<100 {
                    var batch = SampleBatch()
                    batch.append(
                        series[writer], time: newYear2025 + Int64(tick) * 1000,
                        value: Double(tick))
                    do {
                        let receipt = try store.append(batch)
                        if receipt.stored != 1 || receipt.durability != .durable {
                            failures.withLock { _ = $0.insert("\(receipt)") }
                        }
                    } catch { failures.withLock { _ = $0.insert("\(error)") } }
                }
            }.start()
        }
        group.wait()
        #expect(failures.withLock { $0 } == [])
        let killed = storage.kill()
        let found = try Snapshot.open(in: killed).everything()
        #expect(found.values.map(\.count) == [100, 100, 100, 100])
    }
}
