import Almanac
import AlmanacSimulation
import DurableFiles
import Synchronization
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

    /// Without a source every held value was returned, however old and whatever was configured.
    @Test("returns no older value than is accepted without a source, and no stale one with never")
    func withoutSource() async throws {
        for service in StaleService.allCases {
            try await bench.filled(.with { $0.cacheServeStale = service }) { manager, _ in
                try manager.cache(
                    RealtimeValue(
                        point: bench.supply, value: 1, timestamp: bench.time.now,
                        dataType: .analog))
                bench.time.advance(by: .seconds(30))
                func value(_ maxAge: Duration?) async throws -> Double {
                    try await manager.currentValue(of: bench.supply, maxAge: maxAge).value.value
                }
                #expect(try await value(nil) == 1)
                #expect(try await value(.seconds(30)) == 1)
                await #expect(throws: HistoryError.self) { try await value(.seconds(29)) }
                bench.time.advance(by: .seconds(31))
                if service == .never {
                    await #expect(throws: HistoryError.self) { try await value(nil) }
                } else {
                    #expect(try await value(nil) == 1)
                    #expect(try await value(.seconds(61)) == 1)
                }
                await #expect(throws: HistoryError.self) { try await value(.seconds(60)) }
            }
        }
    }

    /// `cacheStats()` read the newest sample of every point of the store.
    @Test("reads nothing from the store for statistics")
    func statistics() async throws {
        try await restarted { manager in
            #expect(manager.cacheStats().totalPoints == 0)
            #expect(manager.cacheStats(of: 1201).totalPoints == 0)
            #expect(manager.cachedValue(of: bench.supply) != nil)
            #expect(manager.cacheStats().totalPoints == 1)
        }
    }

    /// The reads of the cache had 25 points per request, whatever was configured.
    @Test("reads as many points per request as are configured")
    func bulkRequests() async throws {
        let source = CountingSource()
        let configuration = Configuration.with { $0.bulkRequestSize = 3 }
        try await bench.filled(configuration, source: source) { manager, _ in
            let points = (1...30).map {
                PointAddress(device: 1201, type: .variable, number: UInt32($0))
            }
            try await manager.upsert(
                points.map { MonitoringPoint(address: $0, dataType: .analog) })
            await withTaskGroup(of: Void.self) { group in
                for point in points {
                    group.addTask { _ = try? await manager.currentValue(of: point) }
                }
            }
            #expect(source.pointCounts.reduce(0, +) == 30)
            #expect(source.pointCounts.max()! <= 3)
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

/// A source that notes how many points each request has. The first one waits for a while, so that
/// others gather.
private final class CountingSource: PointSource {
    private let counts = Guarded<[Int]>([])

    var pointCounts: [Int] { counts.withLock { $0 } }

    func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer] {
        counts.withLock { $0.append(points.count) }
        for _ in 0..<1000 { await Task.yield() }
        return points.map {
            PointAnswer(
                PointReading(
                    point: $0, value: 1, arrival: Timestamp("2026-03-01")!, dataType: .analog))
        }
    }
}
