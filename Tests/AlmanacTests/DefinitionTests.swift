import Almanac
import AlmanacSimulation
import TestSupport
import Testing

@Suite("Definitions") struct DefinitionTests {
    private let bench = ManagerBench(at: "2026-03-01T00:00Z")

    /// A program that defines its points at each start grew the catalog by a version each time.
    @Test("writes nothing where what is defined is known already") func sameAgain() async throws {
        try await bench.filled { manager, _ in
            func define() async throws {
                try await manager.upsert(Device(deviceID: 1201, deviceName: "AHU1"))
                try await manager.upsert([
                    MonitoringPoint(
                        address: bench.supply, pointName: "Supply", unitCode: 62, dataType: .analog)
                ])
                try await manager.setProfile(PointProfile(rangeCode: 1, low: 5), of: bench.supply)
                let log = try await manager.upsert(
                    TrendLog(deviceID: 1201, trendLogName: "Minutes", interval: .seconds(60)))
                try await manager.replaceItems(
                    of: log.id!,
                    with: [TrendLogItem(trendLogID: log.id!, point: bench.supply, pointOrder: 0)])
            }
            try await define()
            let made = bench.time.now
            let position = manager.snapshot().position
            bench.time.advance(to: Timestamp("2026-03-02")!)
            try await define()
            #expect(manager.snapshot().position == position)
            #expect(try manager.trendLogs(of: 1201).map(\.updatedAt) == [made])
            #expect(try manager.point(bench.supply)?.updatedAt == made)
            // What differs is a change.
            try await manager.setProfile(PointProfile(rangeCode: 1, low: 6), of: bench.supply)
            try await manager.replaceItems(of: manager.trendLogs(of: 1201)[0].id!, with: [])
            #expect(try manager.trendLogs(of: 1201).map(\.updatedAt) == [bench.time.now])
            #expect(try manager.profile(of: bench.supply).low == 6)
            #expect(manager.snapshot().position > position)
        }
    }
}
