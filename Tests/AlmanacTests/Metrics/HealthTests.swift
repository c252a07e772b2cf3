import Almanac
import AlmanacSimulation
import DurableFiles
import Foundation
import Logging
import Testing

@Suite("Health of a manager") struct HealthTests {
    private let bench = ManagerBench()

    private func value(_ number: Double) -> RealtimeValue {
        RealtimeValue(
            point: bench.supply, value: number, timestamp: bench.time.now, dataType: .analog)
    }

    @Test("gives all twelve metrics and the disk, from what happened")
    func twelve() async throws {
        try await bench.filled { manager, _ in
            let before = manager.health()
            #expect(before.cacheHitRate == nil && before.databaseQueryTimeAverage == nil)
            #expect(before.databaseConnectionCount == 1)
            try manager.cache(value(1))
            for _ in 0..<9 { _ = manager.cachedValue(of: bench.supply) }
            _ = manager.cachedValue(of: bench.fan)
            let held = manager.snapshot()
            _ = try manager.statistics(of: bench.supply, in: .all)
            manager.recordReadings(succeeded: 97, failed: 3)
            manager.recordCollection(succeeded: true, duration: .milliseconds(100))
            manager.recordCollection(succeeded: false, duration: .milliseconds(300))
            for status in [200, 200, 404, 500] {
                manager.recordRequest(
                    route: "/healthz", status: status, duration: .milliseconds(8))
            }
            bench.setDisk(used: 0.5)
            let health = manager.health()
            #expect(health.cacheHitRate == 0.9)
            #expect(health.cacheByteCount > 0)
            #expect(health.cacheEvictionsPerMinute == 0)
            #expect(health.databaseConnectionCount == 2)
            #expect(health.databaseQueryTimeAverage == .zero)
            #expect((health.databaseByteCount ?? 0) > 1000)
            #expect(health.collectionSuccessRate == 0.97)
            #expect(health.collectionLatencyAverage == .milliseconds(200))
            #expect(health.failedCollectionsLastHour == 1)
            #expect(health.apiRequestsPerMinute == 4)
            #expect(health.apiResponseTimeAverage == .milliseconds(8))
            #expect(health.apiErrorRate == 0.25)
            #expect(health.diskUsedFraction == 0.5)
            #expect(held.sampleCount == 0)
        }
    }

    @Test("does not tell a size of zero where the store's files cannot be asked")
    func unknownSize() throws {
        let storage = SimulatedStorage()
        var surroundings = bench.surroundings
        surroundings.storage = storage
        let manager = try DataManager.open(
            at: "simulated", configuration: .with { $0.diskReserveByteCount = 0 },
            in: surroundings)
        storage.inject(.fail(errno: EIO), atEvery: [.open])
        #expect(manager.health().databaseByteCount == nil)
        #expect(bench.metrics["almanac_store_bytes"]?.all == [])
        #expect(bench.metrics["almanac_log_bytes"]?.all == [])
        storage.onOperation(nil)
        #expect((manager.health().databaseByteCount ?? 0) > 0)
        #expect((bench.metrics["almanac_store_bytes"]?.sum ?? 0) > 0)
    }

    @Test(
        "measures the age of the last sync from what synced, not from what looked or changed nothing"
    )
    func syncAge() async throws {
        try await bench.filled { manager, _ in
            func look(for seconds: Double, after body: () async throws -> Void) async throws {
                bench.time.advance(by: .seconds(5))
                try await body()
                _ = manager.health()
                #expect(bench.metrics["almanac_last_sync_age_seconds"]?.sum == seconds)
            }
            // An old sample, and one of now, from which the age of the other counts.
            let samples = [
                PointSample(bench.supply, 1, "2026-01-01"),
                PointSample(point: bench.other, value: 1, at: bench.time.now),
            ]
            try await look(for: 0) { try await manager.store(samples) }
            try await look(for: 0) { try await manager.flush() }
            try await look(for: 5) {
                try await bench.define(in: manager)
                try await manager.removeSamples(olderThan: 1, dryRun: true)
                try await manager.flush()
                try await manager.compact()
                _ = await manager.isReady()
            }
            try await look(for: 0) {
                try await manager.setProfile(PointProfile(), of: bench.fan)
            }
            try await look(for: 0) {
                try await manager.record(Event(at: bench.time.now, .info, kind: "test", "x"))
            }
            try await look(for: 0) { try await manager.removeSamples(olderThan: 1) }
        }
    }

    @Test("tells the log of values that are no numbers or from the future, once a minute")
    func cacheEvents() async throws {
        try await bench.filled { manager, _ in
            func warnings() -> [String] {
                bench.log.lines.filter { $0.level == .warning }.map { "\($0.message)" }
            }
            try manager.cache(value(1))
            #expect(warnings() == [])
            for _ in 0..<3 { try manager.cache(value(.nan)) }
            #expect(warnings().count == 1 && warnings()[0].contains("no number"))
            bench.time.advance(by: .seconds(60))
            var ahead = value(1)
            ahead.timestamp = bench.time.now + .seconds(3600)
            try manager.cache(ahead)
            #expect(warnings().count == 2)
            #expect(warnings().last?.contains("3600.0 seconds ahead") == true)
            #expect(warnings().last?.contains("2 more") == true)
        }
    }

    @Test("counts a snapshot as open until nobody holds it")
    func openSnapshots() async throws {
        try await bench.filled { manager, _ in
            var held = [manager.snapshot(), manager.snapshot()]
            held.append(held[0])
            #expect(manager.health().databaseConnectionCount == 3)
            _ = try manager.samples(of: bench.supply, in: .all)
            held.removeLast(2)
            #expect(manager.health().databaseConnectionCount == 2)
            held = []
            #expect(manager.health().databaseConnectionCount == 1)
        }
    }

    @Test("counts evictions of a full cache, and never the same one twice")
    func evictions() async throws {
        try await bench.filled(.with { $0.cacheCapacity = 1 }) { manager, _ in
            try manager.cache(value(1))
            try manager.cache(
                RealtimeValue(
                    point: bench.fan, value: 1, timestamp: bench.time.now, dataType: .digital))
            #expect(manager.health().cacheEvictionsPerMinute == 1)
            #expect(manager.health().cacheEvictionsPerMinute == 1)
        }
    }

    @Test("tells the metrics backend what else is measured")
    func exported() async throws {
        try await bench.filled { manager, _ in
            let time = bench.time.now
            try await manager.store([PointSample(point: bench.supply, value: 1, at: time)])
            try await manager.store([
                PointSample(point: bench.supply, value: 1, at: time),
                PointSample(bench.supply, 1, "2026-01-01"), PointSample(bench.fan, 1, "1999-01-01"),
            ])
            bench.time.advance(by: .seconds(3))
            manager.recordMissedTicks(4)
            manager.recordPollLag(.seconds(7))
            _ = manager.health()
            let expected: [String: Double] = [
                "almanac_samples_duplicate_total": 1, "almanac_samples_late_total": 1,
                "almanac_samples_quarantined_total": 1, "almanac_collection_ticks_missed_total": 4,
                "almanac_poll_lag_seconds": 7, "almanac_store_samples": 2,
                "almanac_store_series": 3, "almanac_last_sync_age_seconds": 3,
            ]
            for (name, value) in expected {
                #expect(bench.metrics[name]?.sum == value, "\(name)")
            }
            #expect((bench.metrics["almanac_log_bytes"]?.sum ?? 0) > 0)
        }
    }

    /// What makes a metric bad and what makes it well again.
    private func fault(
        _ threshold: HealthThreshold, isOn: Bool, _ manager: DataManager
    ) async throws {
        switch threshold {
        case .cacheHitRate:
            for _ in 0..<10 {
                if isOn {
                    _ = manager.cachedValue(of: bench.fan)
                } else {
                    try manager.cache(value(1))
                    for _ in 0..<10 { _ = manager.cachedValue(of: bench.supply) }
                }
            }
        case .databaseQueryTime:
            bench.clock.pass(isOn ? .seconds(1) : .milliseconds(1))
            _ = try manager.gaps(of: bench.supply, in: TimeRange("2026-01-01", "2026-01-02"))
            bench.clock.pass(.zero)
        case .diskUsed: bench.setDisk(used: isOn ? 0.96 : 0.3)
        case .collectionSuccessRate:
            manager.recordReadings(succeeded: isOn ? 0 : 1000, failed: isOn ? 100 : 0)
        case .apiResponseTime:
            manager.recordRequest(
                route: "/x", status: 200, duration: isOn ? .seconds(1) : .milliseconds(1))
        }
    }

    @Test(
        "writes one event and one log line when a threshold is crossed, and another when it falls back",
        arguments: HealthThreshold.allCases)
    func thresholds(threshold: HealthThreshold) async throws {
        try await bench.filled { manager, _ in
            var keeper = try Housekeeper(manager)
            func crossings() throws -> [Event] {
                try manager.events(in: .all, kind: "threshold")
            }
            await keeper.doWhatIsDue()
            let before = try crossings()
            #expect(before.isEmpty)
            try await fault(threshold, isOn: true, manager)
            for _ in 0..<3 {
                bench.time.advance(by: .seconds(60))
                await keeper.doWhatIsDue()
            }
            let raised = try crossings()
            #expect(raised.map(\.level) == [.error])
            #expect(raised.map(\.subject) == [threshold.rawValue])
            #expect(bench.log.lines.count { $0.level == .critical } == 1)
            // The window has passed, and what comes now is well.
            bench.time.advance(by: .seconds(960))
            try await fault(threshold, isOn: false, manager)
            for _ in 0..<3 {
                await keeper.doWhatIsDue()
                bench.time.advance(by: .seconds(60))
            }
            let levels = try crossings().map(\.level)
            #expect(levels == [.error, .info])
            #expect(
                bench.log.lines.count { $0.metadata["metric"] == "\(threshold.rawValue)" } == 2)
        }
    }

    @Test("is ready while the store can be written, and tries at most once in ten seconds")
    func ready() async throws {
        try await bench.filled { manager, path in
            #expect(await manager.isReady())
            let reader = try DataManager.open(at: path, mode: .readOnly, time: bench.time)
            #expect(await reader.isReady())
            await manager.close()
            #expect(await manager.isReady())
            bench.time.advance(by: .seconds(10))
            #expect(await !manager.isReady())
            let reason = try #require(await manager.notReadyReason())
            #expect(reason.hasPrefix("the store cannot be written: ") && !reason.contains("/"))
        }
    }

    @Test("must be opened again after a failed sync, and not because the disk was full")
    func failedStore() async throws {
        let storage = SimulatedStorage()
        var surroundings = bench.surroundings
        surroundings.storage = storage
        let manager = try DataManager.open(
            at: "simulated", configuration: .with { $0.diskReserveByteCount = 0 },
            in: surroundings)
        try await bench.define(in: manager)
        let sample = PointSample(bench.supply, 1, "2026-01-01")
        storage.inject(.fail(errno: ENOSPC), atEvery: [.write])
        await #expect(throws: (any Error).self) { try await manager.store([sample]) }
        #expect(!manager.mustReopen)
        storage.onOperation(nil)
        storage.inject(.fail(errno: EIO), atEvery: [.sync])
        await #expect(throws: (any Error).self) { try await manager.store([sample]) }
        storage.onOperation(nil)
        #expect(manager.mustReopen)
        #expect(await !manager.isReady())
    }

    @Test("is not ready while every device of its source is silent")
    func silent() async throws {
        let source = SilentSource()
        try await bench.filled(source: source) { manager, _ in
            #expect(await manager.isReady())
            source.setResting(1201)
            #expect(await manager.isReady())
            // Nobody asks a device that is not active, so it never rests.
            try await manager.upsert(Device(deviceID: 1203, deviceName: "off", isActive: false))
            source.setResting(1202)
            #expect(await !manager.isReady())
            #expect(await manager.notReadyReason() == "no device answers")
        }
    }
}
