import ColumnCodec
import Dispatch
import DurableFiles
import Foundation
import Glibc
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// Other threads checked for an earlier failure before they waited for the writer's turn, and not
/// after it. A flush that waited while an append failed synced the log again, which Linux answers
/// with success, wrote the refused samples into a segment without counting them, or ended the
/// process if there was nothing else to flush.
@Suite("A store that failed") struct FailedStoreTests {
    /// What another thread calls while the append fails.
    enum Call: String, CaseIterable {
        case flush, remove, retain, importColumns, backup, close, compact
    }

    @Test(
        "refuses a call that waited while the append failed, and shows nothing of the append",
        arguments: Call.allCases, [0, 2])
    func waitingCall(_ call: Call, acknowledged: Int) throws {
        let storage = SimulatedStorage(seed: 61)
        let store = try Store.open(in: storage)
        let series = try StoreTrace.define(store)
        try store.flush()
        let other = SecondThread()
        let isArmed = Atomic(false)
        let hasFailed = Atomic(false)
        let syncsAfter = Atomic(0)
        // The path under which the log file under way was opened; the next one is made ready too.
        let logFile = Mutex("")
        storage.onOperation { operation, _ in
            if operation.kind == .rename, operation.newPath?.hasPrefix("log/") == true {
                logFile.withLock { $0 = operation.path }
            }
            guard isArmed.load(ordering: .sequentiallyConsistent), operation.kind == .sync,
                operation.path == logFile.withLock({ $0 })
            else { return nil }
            if hasFailed.exchange(true, ordering: .sequentiallyConsistent) {
                syncsAfter.add(1, ordering: .relaxed)
                return nil
            }
            // The call waits for the writer's turn, which the append holds until it has failed.
            other.start { try Self.carryOut(call, store, storage, series) }
            other.waitBriefly()
            return .fail(errno: EIO)
        }
        for tick in 0..<acknowledged { _ = try store.append(batch(series, tick)) }
        let truth = try store.snapshot().everything()
        isArmed.store(true, ordering: .sequentiallyConsistent)
        let error = #expect(throws: StoreError.self) {
            try store.append(batch(series, acknowledged))
        }
        #expect(error?.code == .io)
        let result = try #require(other.wait())
        storage.onOperation(nil)
        if call == .close {
            #expect(result == nil)
        } else if call != .compact {
            #expect(result?.code == .failed, "\(String(describing: result))")
        }
        #expect(syncsAfter.load(ordering: .relaxed) == 0)
        let snapshot = store.snapshot()
        #expect(try snapshot.everything() == truth)
        #expect(snapshot.sampleCount == 3 * acknowledged)
        #expect(try snapshot.summary().lastTime?.rawValue == truth[0]?.keys.max())
        store.close()
        for survival in [CrashSurvival.nothing, .everything] {
            let reopened = SimulatedStorage(disk: storage.disk.afterCrash(survival))
            let again = try Store.open(in: reopened)
            let found = again.snapshot()
            let count = try found.everything().values.reduce(0) { $0 + $1.count }
            #expect(found.sampleCount == count)
            #expect(count >= 3 * acknowledged)
            again.close()
            #expect(try Snapshot.open(in: reopened).verify(deep: true).damages == [])
        }
    }

    private static func carryOut(
        _ call: Call, _ store: Store, _ storage: SimulatedStorage, _ series: [SeriesID]
    ) throws {
        switch call {
        case .flush: try store.flush()
        case .remove: try store.remove(series[0], in: .all)
        case .retain: try store.removeSamples(before: Timestamp(rawValue: newYear2025 + 1))
        case .importColumns: try store.importColumns([0: quarterHours(10, from: 0)])
        case .backup: try store.backup(to: storage.view(root: "backup"))
        case .close: store.close()
        case .compact: try store.compact()
        }
    }

    private func batch(_ series: [SeriesID], _ tick: Int) -> SampleBatch {
        var batch = SampleBatch()
        for id in series {
            batch.append(id, time: newYear2025 + Int64(tick) * 1000, value: Double(tick))
        }
        return batch
    }

    /// On a file system that copies on write, space for bytes that are overwritten can run out. Such
    /// a write ended recording until the process was started anew.
    @Test(
        "is not what a full disk under the log's write makes, of which no frame stays",
        arguments: [0, 1, 24, 100, 180, 10_000])
    func fullDiskUnderLog(byteCount: Int) throws {
        let storage = SimulatedStorage(seed: 62)
        let store = try Store.open(in: storage)
        let series = try StoreTrace.define(store)
        _ = try store.append(batch(series, 0))
        storage.onOperation { operation, _ in
            guard operation.kind == .write, operation.path.hasSuffix(".log") else { return nil }
            storage.onOperation(nil)
            return .shortWrite(byteCount: byteCount, errno: ENOSPC)
        }
        let error = #expect(throws: StoreError.self) { try store.append(batch(series, 1)) }
        #expect(error?.code == .diskFull)
        #expect(store.snapshot().sampleCount == 3)
        for survival in [CrashSurvival.nothing, .everything, .random(1), .random(2)] {
            let after = SimulatedStorage(disk: storage.disk.afterCrash(survival))
            #expect(try Snapshot.open(in: after).sampleCount == 3, "\(survival)")
        }
        // The refused samples were never there: the next are new, and of another length.
        var next = SampleBatch()
        next.append(series[1], time: newYear2025 + 1000, value: 7)
        let receipt = try store.append(next)
        #expect(receipt.stored == 1)
        let found = try Snapshot.open(in: storage.crash(.everything)).everything()
        #expect(found.values.reduce(0) { $0 + $1.count } == 4)
    }

    @Test("is what a full disk under the log's write makes if the place cannot be cleared")
    func fullDiskThatStays() throws {
        let storage = SimulatedStorage(seed: 63)
        let store = try Store.open(in: storage)
        let series = try StoreTrace.define(store)
        _ = try store.append(batch(series, 0))
        let failures = Atomic(0)
        storage.onOperation { operation, _ in
            guard operation.kind == .write, operation.path.hasSuffix(".log") else { return nil }
            failures.add(1, ordering: .relaxed)
            return .shortWrite(byteCount: 100, errno: ENOSPC)
        }
        #expect(throws: StoreError.self) { try store.append(batch(series, 1)) }
        storage.onOperation(nil)
        #expect(failures.load(ordering: .relaxed) == 2)
        let error = #expect(throws: StoreError.self) { try store.append(batch(series, 2)) }
        #expect(error?.code == .failed)
        #expect(store.snapshot().sampleCount == 3)
    }
}
