import ColumnCodec
import DurableFiles
import Foundation
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// A crash before every operation of a trace that creates a store, opens it, appends, defines,
/// records, flushes, merges, imports, removes, retains, backs up and closes, and before every
/// operation of the recovery after it. Samples, documents, names and the journal are compared.
@Suite("Crash states") struct CrashStateTests {
    /// `ALMANAC_CRASH_TRACES` makes it longer than CI's share.
    private static let traceCount =
        ProcessInfo.processInfo.environment["ALMANAC_CRASH_TRACES"].flatMap(UInt64.init) ?? 12

    private struct Image {
        var disk: SimulatedDisk
        /// The last step acknowledged as durable, and the last one begun.
        var durable: Int
        var begun: Int

        /// What a reopened store may hold.
        func allowed(_ trace: StoreTrace) -> ClosedRange<Int> {
            max(durable, 0)...min(begun, trace.steps.count)
        }
    }

    @Test(
        "are the state after a step: none before the last durable one, none behind the last begun")
    func everyOperation() throws {
        let count = Atomic(0)
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: Int(CrashStateTests.traceCount)) { index in
            do {
                let states = try crashStates(seed: UInt64(index + 1)) { text in
                    failures.withLock { if $0.count < 20 { $0.append(text) } }
                }
                count.add(states, ordering: .relaxed)
            } catch { failures.withLock { $0.append("seed \(index + 1): \(error)") } }
        }
        print(
            "\(count.load(ordering: .relaxed)) crash states, seeds 1...\(CrashStateTests.traceCount)"
        )
        #expect(failures.withLock { $0 } == [])
    }

    private func crashStates(seed: UInt64, _ fail: (String) -> Void) throws -> Int {
        let trace = StoreTrace(seed: seed, stepCount: 30)
        let images = try images(of: trace, seed: seed)
        var random = SplitMix64(seed: seed ^ 0x5EED)
        var count = 0
        for (number, image) in images.enumerated() {
            for survival in [
                CrashSurvival.nothing, .everything, .random(random.next()), .random(random.next()),
            ] {
                let what = "seed \(seed), operation \(number), \(survival)"
                let disk = image.disk.afterCrash(survival)
                try check(disk, image, trace, what, fail)
                count += 1
                guard random.once(in: 12) else { continue }
                count += try checkRecovery(of: disk, image, trace, what, &random, fail)
            }
        }
        return count
    }

    /// The disk before each operation that changes it.
    private func images(of trace: StoreTrace, seed: UInt64) throws -> [Image] {
        let storage = SimulatedStorage(seed: seed)
        storage.setCanClone(seed % 2 == 0)
        let progress = Mutex((durable: -1, begun: 0))
        let images = Mutex<[Image]>([])
        storage.onOperation { operation, disk in
            guard operation.kind.isChange else { return nil }
            let (durable, begun) = progress.withLock { $0 }
            images.withLock { $0.append(Image(disk: disk, durable: durable, begun: begun)) }
            return nil
        }
        let store = try trace.run(on: storage) { step, level in
            progress.withLock { progress in
                if level == .durable { progress.durable = step }
                progress.begun = step + 1
            }
        }
        store.close()
        return images.withLock { $0 }
    }

    private func check(
        _ disk: SimulatedDisk, _ image: Image, _ trace: StoreTrace, _ what: String,
        _ fail: (String) -> Void
    ) throws {
        let storage = SimulatedStorage(disk: disk)
        let allowed = image.allowed(trace)
        if image.durable >= 0 {
            let before = storage.fingerprint
            let reader = try Snapshot.open(in: storage)
            report(try reader.content(), allowed, trace, what + ", reader", fail)
            if storage.fingerprint != before { fail("\(what): a reader changed the store") }
        }
        let store = try Store.open(in: storage, options: StoreTrace.options)
        let snapshot = store.snapshot()
        let found = try snapshot.content()
        if image.durable >= 0 { report(found, allowed, trace, what, fail) }
        if snapshot.sampleCount != found.samples.values.reduce(0, { $0 + $1.count }) {
            fail("\(what): the count is \(snapshot.sampleCount)")
        }
        store.close()
        let again = try Snapshot.open(in: storage)
        if try again.content() != found { fail("\(what): opening again gives another state") }
        let verified = try again.verify(deep: true)
        if !verified.isWhole { fail("\(what): \(verified.damages)") }
        try checkBackup(in: storage, image, trace, what, fail)
    }

    /// The newest backup: it says itself that it was not finished, or holds what it was taken of;
    /// once acknowledged, it is finished.
    private func checkBackup(
        in storage: SimulatedStorage, _ image: Image, _ trace: StoreTrace, _ what: String,
        _ fail: (String) -> Void
    ) throws {
        let newest = (0..<min(image.begun, trace.steps.count)).last { index in
            if case .backup = trace.steps[index] { true } else { false }
        }
        guard let newest, case .backup(let number, _) = trace.steps[newest] else { return }
        let folder = storage.view(root: TraceStep.backupRoot(number))
        let isAcknowledged = image.begun > newest + 1
        guard let report = try? Store.verifyBackup(in: folder), report.isWhole else {
            if isAcknowledged { fail("\(what): an acknowledged backup is not whole") }
            return
        }
        let found = try Snapshot.open(in: folder).content()
        let due = trace.states[newest].content
        if found != due { fail("\(what): the backup has other \(found.difference(to: due))") }
    }

    private func report(
        _ found: StoredContent, _ allowed: ClosedRange<Int>, _ trace: StoreTrace, _ what: String,
        _ fail: (String) -> Void
    ) {
        if allowed.contains(where: { trace.states[$0].content == found }) { return }
        let difference = found.difference(to: trace.states[allowed.lowerBound].content)
        fail("\(what): no state after steps \(allowed), \(difference)")
    }

    /// A second crash while the store is opened after the first.
    private func checkRecovery(
        of disk: SimulatedDisk, _ image: Image, _ trace: StoreTrace, _ what: String,
        _ random: inout SplitMix64, _ fail: (String) -> Void
    ) throws -> Int {
        let storage = SimulatedStorage(disk: disk)
        let disks = Mutex<[SimulatedDisk]>([])
        storage.onOperation { operation, disk in
            if operation.kind.isChange { disks.withLock { $0.append(disk) } }
            return nil
        }
        try Store.open(in: storage, options: StoreTrace.options).close()
        let all = disks.withLock { $0 }
        for second in all {
            try check(
                second.afterCrash(.random(random.next())), image, trace, what + ", again", fail)
        }
        return all.count
    }
}
