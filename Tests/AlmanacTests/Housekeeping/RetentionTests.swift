import Almanac
import AlmanacSimulation
import DurableFiles
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Retention") struct RetentionTests {
    private let bench = ManagerBench(at: "2026-03-01T12:00Z")

    /// Samples of four years from each year's first on, with values that take space.
    private func fill(
        _ manager: DataManager, seed: UInt64 = 5, _ count: Int = 1460, thisYear: Int = 200,
        every interval: Duration = .seconds(21_600)
    ) async throws {
        var random = SplitMix64(seed: seed)
        for year in 2023...2026 {
            let start = Timestamp("\(year)-01-01")!
            try await manager.store(
                (0..<(year == 2026 ? thisYear : count)).map { number in
                    PointSample(
                        point: bench.supply, value: Double.random(in: 0...1, using: &random),
                        at: start + interval * number)
                })
        }
        try await manager.flush()
    }

    @Test("removes by age what the dry run said, and leaves a gap and an audit entry")
    func age() async throws {
        try await bench.filled(.with { $0.dataRetentionDays = 400 }) { manager, _ in
            try await fill(manager)
            // Ages count from now while samples still come.
            try await manager.store([
                PointSample(point: bench.other, value: 1, at: bench.time.now)
            ])
            let before = manager.snapshot().sampleCount
            let dry = try await manager.removeExpiredData(dryRun: true)
            #expect(manager.snapshot().sampleCount == before && dry.samples > 2900)
            let real = try await manager.removeExpiredData()
            #expect(real.samples == dry.samples)
            #expect(manager.snapshot().sampleCount == before - dry.samples)
            let floor = Timestamp(
                milliseconds: bench.time.now.milliseconds - 400 * 86_400_000)
            let gaps = try manager.recordedGaps(of: bench.supply, in: .all)
            #expect(gaps.map(\.reason) == [.removed])
            #expect(gaps[0].range == TimeRange(from: Timestamp("2023-01-01")!, to: floor))
            #expect(
                try manager.gaps(of: bench.supply, in: gaps[0].range).map(\.reason) == [.removed])
            #expect(
                try manager.audit(in: .all).map(\.operation).suffix(1) == ["removeExpiredData"])
            #expect(try await manager.removeExpiredData().samples == 0)
            // A point that was made known since had nothing to lose.
            bench.time.advance(by: .seconds(60))
            let new = PointAddress(device: 1201, type: .input, number: 99)
            try await manager.upsert([MonitoringPoint(address: new, dataType: .analog)])
            #expect(try manager.recordedGaps(of: new, in: .all).isEmpty)
        }
    }

    @Test("removes for bytes the oldest whole years, and never the one under way")
    func bytes() async throws {
        try await awaitingTemporaryFolder { folder in
            func open(_ byteCount: Int?) throws -> DataManager {
                try bench.open(folder + "/s") {
                    $0.dataRetentionDays = nil
                    $0.retentionByteCount = byteCount
                }
            }
            var manager = try open(nil)
            try await bench.define(in: manager)
            try await fill(manager, seed: 7, 50_000, thisYear: 140_000, every: .seconds(15))
            try await manager.compact()
            #expect(try await manager.removeExpiredData().samples == 0)
            let total = try #require(manager.health().databaseByteCount)
            var left = 290_000
            // The last bound is below the year under way.
            for (bound, years) in [
                (total - 1, 1), (total - 2, 0), (total * 7 / 10, 1), (1 << 20, 1),
            ] {
                await manager.close()
                manager = try open(bound)
                let dry = try await manager.removeExpiredData(dryRun: true)
                let report = try await manager.removeExpiredData()
                #expect(report.samples == dry.samples && report.files == dry.files)
                #expect(report.samples == 50_000 * years && report.files == years, "\(bound)")
                left -= report.samples
                #expect(manager.snapshot().sampleCount == left)
                let byteCount = try #require(manager.health().databaseByteCount)
                #expect(byteCount <= max(bound, total / 2))
            }
            #expect(left == 140_000)
            await manager.close()
        }
    }

    @Test("answers of one committed state while it removes") func beside() async throws {
        try await bench.filled(.with { $0.dataRetentionDays = 400 }) { manager, _ in
            try await fill(manager)
            let before = manager.snapshot().sampleCount
            let held = manager.snapshot()
            let after = before - (try await manager.removeExpiredData(dryRun: true)).samples
            let isDone = Flag()
            let seen = try await withThrowingTaskGroup(of: Set<Int>.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        var counts: Set<Int> = []
                        repeat {
                            counts.insert(try manager.samples(of: bench.supply, in: .all).count)
                            // Reads do not suspend, and the removal needs a thread to return to.
                            await Task.yield()
                        } while !isDone.isSet
                        return counts
                    }
                }
                try await manager.removeExpiredData()
                isDone.set()
                return try await group.reduce(into: Set<Int>()) { $0.formUnion($1) }
            }
            #expect(seen.isSubset(of: [before, after]), "\(seen)")
            #expect(try held.samples(of: bench.supply, in: .all).count == before)
            #expect(try manager.samples(of: bench.supply, in: .all).count == after)
        }
    }

    /// The samples were gone, the removal threw, and the next one found nothing to record.
    @Test("records a removal later where the journal has no room for it")
    func fullJournal() async throws {
        let storage = SimulatedStorage()
        var surroundings = bench.surroundings
        surroundings.storage = storage
        let manager = try DataManager.open(
            at: "simulated",
            configuration: .with {
                $0.diskReserveByteCount = 0
                $0.dataRetentionDays = 400
            }, in: surroundings)
        try await bench.define(in: manager)
        try await fill(manager)
        // No new file of the log can be made, and the one there is is filled.
        storage.onOperation { operation, _ in
            operation.kind == .create && operation.path.contains("log")
                ? .fail(errno: ENOSPC) : nil
        }
        let text = String(repeating: "x", count: 60_000)
        await #expect(throws: HistoryError.self) {
            for _ in 0..<1000 {
                try await manager.record(Event(at: bench.time.now, .info, kind: "fill", text))
            }
        }
        let day = TimeRange("2026-01-02", "2026-01-03")
        #expect(try await manager.delete(of: bench.supply, in: day).samples == 4)
        let expired = try await manager.removeExpiredData()
        #expect(expired.samples > 2900)
        #expect(try manager.recordedGaps(of: bench.supply, in: .all).isEmpty)
        storage.onOperation(nil)
        try await manager.flush()
        let gaps = try manager.recordedGaps(of: bench.supply, in: .all)
        #expect(gaps.map(\.reason) == [.removed, .removed])
        #expect(gaps.last?.range == day)
        #expect(
            Set(try manager.audit(in: .all).map(\.operation).suffix(2))
                == ["delete", "removeExpiredData"])
        await manager.close()
    }

    /// A dry run reported no stale values and no leftovers, which the real run then removed.
    @Test("reports stale values and leftovers in a dry run, and removes them in a real one")
    func leftovers() async throws {
        try await bench.filled { manager, path in
            try manager.cache(
                RealtimeValue(
                    point: bench.supply, value: 1, timestamp: bench.time.now, dataType: .analog))
            bench.time.advance(by: .seconds(2 * 86_400))
            _ = try output(of: "touch \(path)/tmp/left")
            for _ in 0..<2 {
                let dry = try await manager.removeExpiredData(dryRun: true)
                #expect(dry.staleValues == 1 && dry.leftoverFiles == 1)
            }
            #expect(manager.cachedValue(of: bench.supply) != nil)
            let report = try await manager.removeExpiredData()
            #expect(report.staleValues == 1 && report.leftoverFiles == 1)
        }
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
