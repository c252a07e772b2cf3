import Almanac
import AlmanacSimulation
import TestSupport
import Testing

@Suite("The cache after a restart") struct CacheFillTests {
    private let bench = ManagerBench()

    /// A store with a young and an old sample, opened again after a minute.
    private func restarted(
        source: (any PointSource)? = nil, setBack: Duration = .zero,
        _ body: (DataManager) async throws -> Void
    ) async throws {
        try await awaitingTemporaryFolder { folder in
            let before = try bench.open(folder + "/s")
            try await bench.define(in: before)
            try await before.store([
                PointSample(point: bench.supply, value: 21.5, at: bench.time.now),
                PointSample(bench.other, 7, "2026-02-01"),
            ])
            await before.close()
            bench.time.advance(by: .seconds(50))
            bench.time.setWall(by: .zero - setBack)
            let manager = try bench.open(folder + "/s", source: source)
            try await body(manager)
            await manager.close()
        }
    }

    @Test("holds the newest stored samples, stale unless young enough")
    func newest() async throws {
        try await restarted { manager in
            let young = try #require(manager.cachedValue(of: bench.supply))
            #expect(young.value == 21.5 && young.isFresh(at: bench.time.now))
            let old = try #require(manager.cachedValue(of: bench.other))
            #expect(old.value == 7 && !old.isFresh(at: bench.time.now))
            #expect(old.timestamp == Timestamp("2026-02-01"))
            #expect(manager.cachedValue(of: bench.fan) == nil)
            #expect(manager.cachedValues(of: 1201).map(\.point) == [bench.supply])
            let stats = manager.cacheStats()
            #expect(stats.totalPoints == 2 && stats.freshPoints == 1)
            bench.time.advance(by: .seconds(11))
            #expect(manager.cachedValue(of: bench.supply)?.isFresh(at: bench.time.now) == false)
        }
    }

    @Test("calls nothing fresh where the clock was set back meanwhile")
    func setBack() async throws {
        try await restarted(setBack: .seconds(3600)) { manager in
            #expect(manager.cachedValue(of: bench.supply)?.isFresh(at: bench.time.now) == false)
        }
    }

    @Test("takes no place of what was heard since")
    func newer() async throws {
        try await restarted { manager in
            try manager.cache(
                RealtimeValue(
                    point: bench.supply, value: 22, timestamp: bench.time.now, dataType: .analog))
            #expect(manager.cachedValues(of: 1201).map(\.value) == [22])
        }
    }

    @Test("gives a stored value where the device is silent, with its own time")
    func silent() async throws {
        try await restarted(source: SilentSource()) { manager in
            bench.time.advance(by: .seconds(600))
            let current = try await manager.currentValue(of: bench.supply)
            #expect(current.value.value == 21.5 && !current.isFresh)
        }
    }

    @Test("gives nothing younger where the clock is set back while it is held")
    func heldAge() async throws {
        try await bench.filled { manager, _ in
            try manager.cache(
                RealtimeValue(
                    point: bench.supply, value: 1, timestamp: bench.time.now, dataType: .analog))
            bench.time.advance(by: .seconds(61))
            bench.time.setWall(by: .seconds(-3600))
            let held = try #require(manager.cachedValue(of: bench.supply))
            #expect(!held.isFresh(at: bench.time.now))
            #expect(held.leastAge == .seconds(61))
        }
    }
}
