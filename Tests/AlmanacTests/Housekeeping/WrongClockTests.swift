import Almanac
import AlmanacSimulation
import DurableFiles
import TestSupport
import Testing

/// A clock of 2036 at the start of a machine, and a removal before it was set: the history was gone,
/// and the store refused every new sample until 2035.
@Suite("A wrong clock") struct WrongClockTests {
    private let bench = ManagerBench(at: "2026-03-01T12:00Z")
    private static let ten = Duration.seconds(10 * 365 * 86_400)

    /// A sample an hour up to the bench's first present.
    private func fill(_ manager: DataManager, days: Int = 40) async throws {
        let end = Timestamp("2026-03-01T12:00Z")!
        for point in [bench.supply, bench.other] {
            try await manager.store(
                (0..<days * 24).map { hour in
                    PointSample(point: point, value: Double(hour), at: end - .seconds(hour * 3600))
                })
        }
    }

    @Test("that is ahead removes nothing that a right one would keep, and no new sample is refused")
    func ahead() async throws {
        try await bench.filled(.with { $0.dataRetentionDays = 30 }) { manager, _ in
            try await fill(manager)
            let due = try await manager.removeSamples(olderThan: 30, dryRun: true)
            bench.time.setWall(by: WrongClockTests.ten)
            let dry = try await manager.removeExpiredData(dryRun: true)
            #expect(dry.samples == due.samples && dry.samples > 0)
            let report = try await manager.removeSamples(olderThan: 30)
            #expect(report.samples == due.samples)
            #expect(report.bound == Timestamp("2026-01-30T12:00Z"))
            bench.time.setWall(by: .zero - WrongClockTests.ten)
            let receipt = try await manager.store([
                PointSample(point: bench.supply, value: 1, at: bench.time.now)
            ])
            #expect(receipt.rejected.isEmpty)
        }
    }

    @Test("for bytes does not remove the year under way")
    func bytes() async throws {
        try await bench.filled(
            .with {
                $0.dataRetentionDays = nil
                $0.retentionByteCount = 1 << 20
            }
        ) { manager, _ in
            let end = bench.time.now
            var random = SplitMix64(seed: 9)
            for point in [bench.supply, bench.other] {
                try await manager.store(
                    (0..<100_000).map { minute in
                        PointSample(
                            point: point, value: Double.random(in: 0...1, using: &random),
                            at: end - .seconds(minute * 60))
                    })
            }
            try await manager.flush()
            bench.time.setWall(by: WrongClockTests.ten)
            #expect(try await manager.removeExpiredData().samples > 0)
            // 59 days and 12 hours of minutes, both ends included.
            let year = TimeRange("2026-01-01", "2027-01-01")
            #expect(try manager.samples(of: bench.supply, in: year).count == 85_681)
            #expect(manager.snapshot().sampleCount == 2 * 85_681)
        }
    }

    @Test("of one sample does not move what retention keeps")
    func sampleAhead() async throws {
        try await bench.filled(.with { $0.clockFutureLimit = .seconds(100 * 365 * 86_400) }) {
            manager, path in
            try await fill(manager)
            try await manager.store([PointSample(bench.supply, 1, "2099-12-31")])
            await manager.close()
            let next = try bench.open(path)
            let report = try await next.removeSamples(olderThan: 30)
            #expect(report.bound == Timestamp("2026-01-30T12:00Z"))
            #expect(next.retentionFloor == report.bound)
            await next.close()
        }
    }

    @Test("that also stamped the samples of its day removes nothing of the history before")
    func collected() async throws {
        try await bench.filled(.with { $0.dataRetentionDays = 30 }) { manager, _ in
            try await fill(manager)
            bench.time.setWall(by: WrongClockTests.ten)
            for point in [bench.supply, bench.other] {
                try await manager.store([PointSample(point: point, value: 1, at: bench.time.now)])
            }
            try await manager.removeExpiredData()
            #expect(manager.retentionFloor == Timestamp("2026-01-30T12:00Z"))
        }
    }

    @Test("that was wrong for weeks leaves a bound that the next batch lowers")
    func healed() async throws {
        try await bench.filled(.with { $0.dataRetentionDays = 30 }) { manager, _ in
            try await fill(manager)
            bench.time.setWall(by: WrongClockTests.ten)
            let wrong = bench.time.now
            try await manager.store(
                (0..<60).map {
                    PointSample(
                        point: bench.supply, value: 1, at: wrong - .seconds($0 * 86_400))
                })
            try await manager.removeExpiredData()
            #expect(manager.retentionFloor == wrong - .seconds(30 * 86_400))
            bench.time.setWall(by: .zero - WrongClockTests.ten)
            let receipt = try await manager.store([
                PointSample(point: bench.supply, value: 1, at: bench.time.now)
            ])
            #expect(receipt.rejected.isEmpty)
            #expect(manager.retentionFloor == Timestamp("2026-01-30T12:00Z"))
            #expect(try manager.audit(in: .all).map(\.operation).contains("lowerRetentionFloor"))
            let old = try await manager.store([PointSample(bench.supply, 1, "2026-01-01")])
            #expect(old.rejected.map(\.reason) == [.belowFloor])
        }
    }

    @Test("is corrected by a call that lowers the bound and is recorded")
    func lowering() async throws {
        try await bench.filled { manager, _ in
            try await fill(manager)
            try await manager.removeSamples(olderThan: 10)
            let floor = try #require(manager.retentionFloor)
            #expect(try await manager.lowerRetentionFloor(to: Timestamp("2030-01-01")) == floor)
            #expect(manager.retentionFloor == floor)
            #expect(try await manager.lowerRetentionFloor(to: nil) == floor)
            #expect(manager.retentionFloor == nil)
            let entries = try manager.audit(in: .all).filter {
                $0.operation == "lowerRetentionFloor"
            }
            #expect(entries.map(\.oldValue) == ["\(floor)"] && entries.map(\.newValue) == ["none"])
            let receipt = try await manager.store([PointSample(bench.supply, 1, "2025-01-01")])
            #expect(receipt.stored == 1)
        }
    }
}
