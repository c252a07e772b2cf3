import DurableFiles
import Foundation
import Glibc
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// One system call of a run goes wrong, for every call of the run and every way that fits it.
@Suite("A fault at any operation") struct FaultTests {
    /// `ALMANAC_FAULT_TRACES` makes it longer than CI's share.
    private static let traceCount =
        ProcessInfo.processInfo.environment["ALMANAC_FAULT_TRACES"].flatMap(UInt64.init) ?? 1

    @Test("gives a typed error, loses nothing acknowledged, and lets reads go on")
    func everyOperation() throws {
        let failures = Mutex<[String]>([])
        let told = Atomic(0)
        var count = 0
        for seed in 1...FaultTests.traceCount {
            let trace = StoreTrace(everyKindFrom: seed)
            let faults = try faults(of: trace)
            count += faults.count
            DispatchQueue.concurrentPerform(iterations: faults.count) { index in
                let (number, fault) = faults[index]
                do {
                    let wasTold = try FaultRun(trace: trace, seed: seed).run(fault, at: number)
                    told.add(wasTold ? 1 : 0, ordering: .relaxed)
                } catch {
                    failures.withLock {
                        $0.append("seed \(seed), operation \(number), \(fault): \(error)")
                    }
                }
            }
        }
        let toldCount = told.load(ordering: .relaxed)
        print(
            "\(count) faults, seeds 1...\(FaultTests.traceCount); \(toldCount) reached the caller")
        #expect(failures.withLock { $0.prefix(20) } == [])
        // The others were interrupted calls, hints, and what is tried again later.
        #expect(toldCount * 3 > count)
    }

    /// Every operation of the run without a fault, with each fault that can happen to it.
    private func faults(of trace: StoreTrace) throws -> [(Int, SimulatedFault)] {
        let storage = SimulatedStorage(seed: 1)
        let operations = Mutex<[SimulatedOperation]>([])
        storage.onOperation { operation, _ in
            operations.withLock { $0.append(operation) }
            return nil
        }
        try trace.run(on: storage) { _, _ in }.close()
        return operations.withLock { $0 }.flatMap { operation in
            FaultTests.faults(of: operation).map { (operation.number, $0) }
        }
    }

    private static func faults(of operation: SimulatedOperation) -> [SimulatedFault] {
        var faults: [SimulatedFault] = [.fail(errno: EIO), .fail(errno: EINTR)]
        switch operation.kind {
        case .open, .map: faults += [.fail(errno: EMFILE), .fail(errno: ENOMEM)]
        case .create, .createFolder, .rename, .link, .preallocate, .truncate, .sync, .syncFolder:
            faults.append(.fail(errno: ENOSPC))
        case .write:
            faults += [
                .fail(errno: ENOSPC),
                .shortWrite(byteCount: operation.byteCount / 2, errno: ENOSPC),
                .shortWrite(byteCount: operation.byteCount / 3, errno: EIO),
            ]
        default: break
        }
        return faults
    }
}

/// A trace on a disk on which one operation fails.
private struct FaultRun {
    let trace: StoreTrace
    let seed: UInt64

    /// - Returns: whether a caller got an error.
    func run(_ fault: SimulatedFault, at number: Int) throws -> Bool {
        let storage = SimulatedStorage(seed: seed)
        storage.inject(fault, atOperation: number)
        var store: Store
        do {
            store = try Store.open(in: storage, options: StoreTrace.options)
            _ = try StoreTrace.define(store)
        } catch let error as StoreError {
            try checkReopened(storage, 0...0, "opening: \(error)")
            return true
        }
        var durable = 0
        for (index, step) in trace.steps.enumerated() {
            do {
                let level = try StoreTrace.carryOut(step, trace.states[index], &store, storage)
                if level == .durable { durable = index + 1 }
            } catch let error as StoreError {
                let what = "\(step): \(error)"
                if case .reopen = step {
                    try checkReopened(storage, index...index, what)
                } else {
                    try check(store, storage, index, durable, what)
                }
                return true
            }
        }
        // What close cannot flush stays in the log.
        store.close()
        try checkReopened(storage, trace.steps.count...trace.steps.count, "at the end")
        return false
    }

    /// Reads go on as if the step had not been; what a new process finds is before or after it.
    private func check(
        _ store: Store, _ storage: SimulatedStorage, _ index: Int, _ durable: Int, _ what: String
    ) throws {
        let before = trace.states[index]
        var found = try store.snapshot().content()
        try need(found == before.content, "\(what), reads", found)
        found = try Snapshot.open(in: storage.view(inNewProcess: true)).content()
        try need(matches(found, index...index + 1), "\(what), another process", found)
        // The next batch is taken, or refused because this one may be half on disk.
        var extra = SampleBatch()
        extra.append(SeriesID(rawValue: 1), time: newYear2025 + 400 * 86_400_000, value: 4711)
        let after = before.after(.append(extra, .durable, .replace))
        do {
            _ = try store.append(extra)
        } catch {
            try need(error.code == .failed, "\(what), next: \(error)", found)
            try checkReopened(storage, durable...index + 1, what, lossless: index...index + 1)
            return
        }
        found = try store.snapshot().content()
        try need(found == after.content, "\(what), next batch", found)
        for survivor in [storage.crash(.nothing), storage.crash(.everything)] {
            let reopened = try Store.open(in: survivor, options: StoreTrace.options)
            found = try reopened.snapshot().content()
            try need(found == after.content, "\(what), after a crash", found)
            reopened.close()
        }
    }

    /// A process that ends then leaves one of `lossless`; a machine one of `allowed`.
    private func checkReopened(
        _ storage: SimulatedStorage, _ allowed: ClosedRange<Int>, _ what: String,
        lossless: ClosedRange<Int>? = nil
    ) throws {
        storage.onOperation(nil)
        for survival in [CrashSurvival.nothing, .everything, .random(seed)] {
            let disk = SimulatedStorage(disk: storage.disk.afterCrash(survival))
            try checkOpened(disk, allowed, "\(what), \(survival)")
        }
        try checkOpened(storage.kill(), lossless ?? allowed, "\(what), killed")
    }

    private func checkOpened(
        _ storage: SimulatedStorage, _ allowed: ClosedRange<Int>, _ what: String
    ) throws {
        let store = try Store.open(in: storage, options: StoreTrace.options)
        let snapshot = store.snapshot()
        let found = try snapshot.content()
        try need(matches(found, allowed), "\(what), reopened", found)
        let count = found.samples.values.reduce(0) { $0 + $1.count }
        try need(snapshot.sampleCount == count, "\(what): count \(snapshot.sampleCount)", found)
        store.close()
        let report = try Snapshot.open(in: storage).verify(deep: true)
        try need(report.isWhole, "\(what): \(report.damages)", found)
    }

    private func matches(_ found: StoredContent, _ allowed: ClosedRange<Int>) -> Bool {
        if allowed.contains(where: { trace.states[$0].content == found }) { return true }
        // If the fault met the definitions, the names may not be there yet.
        var unnamed = trace.states[0].content
        unnamed.deviceNames = [:]
        unnamed.pointNames = [:]
        return allowed == 0...0 && found == unnamed
    }

    private func need(_ condition: Bool, _ what: String, _ found: StoredContent) throws {
        guard condition else { throw TestFailure("\(what): \(found) found") }
    }
}
