import Almanac
import AlmanacSimulation
import DurableFiles
import Foundation
import Synchronization
import TestSupport
import Testing

/// Calls once waited for the disk on a concurrent dispatch queue, or on the thread of the calling
/// task. On Linux both are the threads that run all tasks, one per core: while as many writes waited
/// for a merge, nothing asynchronous of the process went on.
@Suite("A disk that stands still") struct StalledDiskTests {
    /// A call that waits for the disk.
    enum Call: String, CaseIterable, Codable {
        case store, upsert, setStatus, recordEvent, currentValue, batches, flush, compact, delete
        case removeSamples, removeExpired, isReady, housekeeping, backup
    }

    private static let callCount = 4 * ParallelWork.coreCount + 8
    private let bench = ManagerBench()

    // In a process of their own: tests that compute on the threads of tasks would be taken for a stall.

    @Test("stops no task of the process but those that wait for it", arguments: Call.allCases)
    func tasksGoOn(call: Call) async {
        await #expect(processExitsWith: .success) { [call] in
            let tests = StalledDiskTests()
            try await tests.stalled { manager, number in
                await tests.run(call, of: manager, number)
            }
        }
    }

    @Test("stops no task when calls of every kind wait, the store's closing among them")
    func everyKind() async {
        await #expect(processExitsWith: .success) {
            let tests = StalledDiskTests()
            let all = Call.allCases
            try await tests.stalled { manager, number in
                guard number != all.count else {
                    await manager.close()
                    return
                }
                await tests.run(all[number % all.count], of: manager, number)
            }
        }
    }

    /// Makes many calls while no operation of the disk returns, and expects a task beside them to go
    /// on.
    private func stalled(
        _ body: @escaping @Sendable (DataManager, Int) async -> Void
    ) async throws {
        let storage = SimulatedStorage()
        let manager = try await filledManager(on: storage)
        let stall = Stall(callCount: StalledDiskTests.callCount)
        let ticker = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(1))
                stall.tick()
            }
        }
        storage.onOperation { _, _ in
            stall.waitForTicks()
            return nil
        }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<StalledDiskTests.callCount {
                group.addTask {
                    stall.noteCall()
                    await body(manager, number)
                }
            }
        }
        storage.onOperation(nil)
        ticker.cancel()
        await manager.close()
        #expect(stall.outcome == .tasksWentOn)
        if stall.outcome != .tasksWentOn { exit(EXIT_FAILURE) }
    }

    private func run(_ call: Call, of manager: DataManager, _ number: Int) async {
        let point = StalledDiskTests.point(number)
        let everything = TimeRange.all
        switch call {
        case .store:
            let sample = PointSample(
                point: point, value: 2, at: Timestamp(rawValue: bench.time.now.rawValue + 1))
            _ = try? await manager.store([sample])
        case .upsert:
            _ = try? await manager.upsert(Device(deviceID: point.device, deviceName: "n\(number)"))
        case .setStatus: try? await manager.setStatus(of: point.device, active: false)
        case .recordEvent:
            try? await manager.record(Event(at: bench.time.now, .info, kind: "test", "\(number)"))
        case .currentValue: _ = try? await manager.currentValue(of: point)
        case .batches:
            guard let batches = try? manager.batches(of: point, in: everything) else { return }
            var iterator = batches.makeAsyncIterator()
            _ = try? await iterator.next()
        case .flush: try? await manager.flush()
        case .compact: try? await manager.compact()
        case .delete: _ = try? await manager.delete(of: point, in: everything)
        case .removeSamples: _ = try? await manager.removeSamples(olderThan: 1)
        case .removeExpired: _ = try? await manager.removeExpiredData(dryRun: true)
        case .isReady: _ = await manager.isReady()
        case .housekeeping:
            guard var keeper = try? Housekeeper(manager) else { return }
            await keeper.doWhatIsDue()
        case .backup:
            let target = NSTemporaryDirectory() + "almanac-stalled-\(UUID().uuidString)"
            try? await manager.backup(to: target)
            try? FileManager.default.removeItem(atPath: target)
        }
    }

    private static func point(_ number: Int) -> PointAddress {
        PointAddress(device: DeviceID(UInt32(number + 1)), type: .input, number: 1)
    }

    /// A store with samples in a segment and in the log, opened anew: nothing of it was read.
    private func filledManager(on storage: SimulatedStorage) async throws -> DataManager {
        let first = try open(storage)
        let points = (0..<StalledDiskTests.callCount).map(StalledDiskTests.point)
        for point in points {
            try await first.upsert(Device(deviceID: point.device, deviceName: "\(point)"))
        }
        try await first.upsert(points.map { MonitoringPoint(address: $0, dataType: .analog) })
        // Two segments of one year, so that there is something to merge.
        for day in ["2026-02-01", "2026-02-02"] {
            try await first.store(
                // A quality keeps the index from returning the newest sample without its chunk.
                points.map {
                    PointSample(
                        point: $0, value: 1, at: Timestamp(day)!, quality: .overridden)
                })
            try await first.flush()
        }
        await first.close()
        let manager = try open(storage)
        try await manager.store([
            PointSample(point: points[0], value: 1, at: bench.time.now)
        ])
        return manager
    }

    private func open(_ storage: SimulatedStorage) throws -> DataManager {
        var surroundings = bench.surroundings
        surroundings.storage = storage
        let configuration = Configuration.with {
            $0.diskReserveByteCount = 0
            $0.retentionByteCount = 1 << 30
        }
        return try DataManager.open(
            at: "simulated", configuration: configuration, in: surroundings)
    }
}

/// Holds up every operation of a disk until a task that runs beside has ticked often enough.
private final class Stall: Sendable {
    enum Outcome { case nothingWaited, tasksWentOn, tasksStoodStill }

    private struct State {
        var begunCount = 0
        var tickCount = 0
        /// Ticks at the moment when all calls had been made and one waited.
        var tickCountAtStart: Int?
        var outcome = Outcome.nothingWaited
    }

    private let callCount: Int
    private let state = Guarded(State())

    private static let ticksWanted = 100
    /// Only a failure takes so long.
    private static let secondsMax = 20.0

    init(callCount: Int) { self.callCount = callCount }

    var outcome: Outcome { state.withLock { $0.outcome } }

    func noteCall() { state.withLock { $0.begunCount += 1 } }

    func tick() { state.withLock { $0.tickCount += 1 } }

    /// Blocks the calling thread, as a disk does.
    func waitForTicks() {
        let deadline = Date().addingTimeInterval(Stall.secondsMax)
        while !isOver() {
            guard Date() < deadline else {
                state.withLock { state in
                    if state.outcome == .nothingWaited { state.outcome = .tasksStoodStill }
                }
                return
            }
            Thread.sleep(forTimeInterval: 0.005)
        }
    }

    private func isOver() -> Bool {
        state.withLock { state in
            guard state.outcome == .nothingWaited else { return true }
            guard state.begunCount == callCount else { return false }
            let start = state.tickCountAtStart ?? state.tickCount
            state.tickCountAtStart = start
            guard state.tickCount >= start + Stall.ticksWanted else { return false }
            state.outcome = .tasksWentOn
            return true
        }
    }
}
