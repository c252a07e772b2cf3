import Almanac
import AlmanacSimulation
import TestSupport
import Testing

/// A snapshot once had a part of a manager's reads: no streams, no aligned columns, no duty, gaps or
/// coverage, no usage of points; and it did not know when a device was last seen.
@Suite("HistoryReading") struct HistoryReadingTests {
    private let bench = ManagerBench(at: "2026-03-01T00:00Z")

    private func hour(_ number: Int) -> Timestamp {
        Timestamp(milliseconds: Timestamp("2026-02-01")!.milliseconds + Int64(number) * 3_600_000)
    }

    private func filled(_ body: (DataManager, TrendLogID) async throws -> Void) async throws {
        try await bench.filled { manager, _ in
            let log = try await manager.upsert(
                TrendLog(deviceID: 1201, trendLogName: "Hours", interval: .seconds(3600)))
            let id = try #require(log.id)
            try await manager.replaceItems(
                of: id, with: [TrendLogItem(trendLogID: id, point: bench.supply, pointOrder: 0)])
            for number in 0..<48 where !(30..<36).contains(number) {
                try await manager.store([
                    PointSample(point: bench.supply, value: Double(number), at: hour(number)),
                    PointSample(point: bench.fan, value: Double(number % 2), at: hour(number)),
                ])
            }
            try await manager.setStatus(of: 1201, active: true, lastSeen: hour(47))
            try await body(manager, id)
        }
    }

    /// What every read returns, in order.
    private func answers(_ history: some HistoryReading, _ log: TrendLogID) async throws -> [String]
    {
        let range = TimeRange(from: hour(0), to: hour(72))!
        let (supply, fan) = (bench.supply, bench.fan)
        var found: [Any?] = [
            try history.device(1201), try history.devices(), try history.points(of: 1201),
            try history.activePoints(of: 1201), try history.points(matching: "*"),
            try history.point(supply), try history.profile(of: supply),
            try history.trendLog(log), try history.trendLogs(), try history.activeTrendLogs(),
            try history.items(of: log), try history.activePointUsage(of: 1201),
            try history.trendLogSummaries(of: 1201),
            try history.samples(of: supply, in: range),
            try history.value(of: supply, at: hour(60)), try history.latestValue(of: fan),
            try history.statistics(of: supply, in: range),
            try history.values(of: 1201, at: hour(60)), try history.values(ofSiteAt: hour(60)),
            try history.samples(of: supply, in: range, every: .seconds(7200)),
            try history.buckets(of: supply, in: range, every: .day, aggregations: [.delta]),
            try history.aligned(
                [supply, fan], in: range, every: BucketWidth(.seconds(3600))!, fill: .hold),
            try history.duty(of: fan, in: range), try history.gaps(of: supply, in: range),
            try history.coverage(of: supply, in: range),
            try history.qualityReport(of: supply, in: range),
            try history.qualityReport(of: 1201 as DeviceID, in: range),
            try history.recordedGaps(of: supply, in: range), try history.events(in: .all),
            try history.audit(in: .all), try history.read { $0.position },
        ]
        for try await batch in try history.batches(of: supply, in: range) { found.append(batch) }
        return found.map { "\($0 as Any)" }
    }

    @Test("a snapshot returns what its manager returned, whatever is written afterwards")
    func frozen() async throws {
        try await filled { manager, log in
            let before = try await answers(manager, log)
            let snapshot = manager.snapshot()
            #expect(try await answers(snapshot, log) == before)
            // Every read that writes can change has changed, and only from the manager's view.
            bench.time.advance(by: .seconds(7200))
            try await manager.upsert(Device(deviceID: 1201, deviceName: "AHU9"))
            try await manager.setStatus(of: 1201, active: true, lastSeen: hour(50))
            try await manager.upsert([
                MonitoringPoint(address: bench.supply, pointName: "Air", dataType: .analog)
            ])
            try await manager.setProfiles([bench.supply: PointProfile(low: 1)])
            try await manager.upsert(
                TrendLog(
                    id: log, deviceID: 1201, trendLogName: "Hours", interval: .seconds(1800)))
            try await manager.replaceItems(of: log, with: [])
            try await manager.record([
                Gap(
                    point: bench.supply, range: TimeRange(from: hour(40), to: hour(60))!,
                    reason: .deviceError)
            ])
            try await manager.record(Event(at: hour(1), .warning, kind: "test", "something"))
            try await manager.delete(
                of: bench.supply, in: TimeRange(from: hour(2), to: hour(4))!)
            try await manager.store([
                PointSample(point: bench.supply, value: 7, at: hour(55)),
                PointSample(point: bench.fan, value: 1, at: hour(56)),
            ])
            #expect(try await answers(snapshot, log) == before)
            let after = try await answers(manager, log)
            for (place, (one, other)) in zip(before, after).enumerated() {
                #expect(one != other, "read \(place)")
            }
        }
    }

    @Test("reads made together see one state and are not counted as a snapshot that is held")
    func together() async throws {
        try await filled { manager, _ in
            let count = try manager.read { (view) throws(HistoryError) in
                #expect(manager.health().databaseConnectionCount == 1)
                return try view.statistics(of: bench.supply, in: .all).count
                    + view.statistics(of: bench.fan, in: .all).count
            }
            #expect(count == 84)
            let held = manager.snapshot()
            #expect(manager.health().databaseConnectionCount == 2)
            #expect(held.now == bench.time.now)
        }
    }
}
