import Almanac
import Foundation
import Synchronization

/// Who stores ticks while others read: twenty a second, durably, with a flush after every twentieth and
/// merges, the last of them at the end.
final class CrowdWriter: Sendable {
    struct Report: Sendable {
        /// Nanoseconds of each durable tick.
        var ticks: [UInt64] = []
        var flushCount = 0
        var mergeCount = 0
    }

    private static let interval: Duration = .milliseconds(50)
    private static let ticksPerFlush = 20
    private static let flushesPerMerge = 3

    private let store: CrowdStore
    private let isOver = Atomic(false)
    private let done = DispatchSemaphore(value: 0)
    private let outcome = Mutex<Result<Report, any Error>?>(nil)

    init(_ store: CrowdStore) { self.store = store }

    func start() {
        Task { [self] in
            do {
                let report = try await write()
                outcome.withLock { $0 = .success(report) }
            } catch { outcome.withLock { $0 = .failure(error) } }
            done.signal()
        }
    }

    /// Waits for the last tick.
    func stop() throws -> Report {
        isOver.store(true, ordering: .releasing)
        done.wait()
        guard let outcome = outcome.withLock({ $0 }) else { throw WrongAnswer("no outcome") }
        return try outcome.get()
    }

    private func write() async throws -> Report {
        var report = Report()
        var slot = CrowdStore.slotCount
        while !isOver.load(ordering: .acquiring) {
            let batch = store.tick(slot)
            store.begun.store(slot + 1, ordering: .releasing)
            let start = Clock.nanoseconds()
            let receipt = try await store.manager.store(batch)
            report.ticks.append(Clock.nanoseconds() - start)
            store.acknowledged.store(slot + 1, ordering: .releasing)
            guard receipt.stored == batch.count, receipt.durability == .durable else {
                throw WrongAnswer("\(receipt) of \(batch.count) samples")
            }
            slot += 1
            if report.ticks.count % CrowdWriter.ticksPerFlush == 0 {
                try await store.manager.flush()
                report.flushCount += 1
                if report.flushCount % CrowdWriter.flushesPerMerge == 0 {
                    try await merge(&report)
                }
            }
            try await Task.sleep(for: CrowdWriter.interval)
        }
        try await merge(&report)
        await store.manager.close()
        return report
    }

    private func merge(_ report: inout Report) async throws {
        try await store.manager.compact()
        report.mergeCount += 1
    }
}
