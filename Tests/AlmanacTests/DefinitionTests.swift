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

    @Test("holds what was said last, also where the clock was set back or was ahead at first")
    func clockSetBack() async throws {
        try await bench.filled { manager, path in
            let first = try await manager.upsert(
                TrendLog(deviceID: 1201, trendLogName: "First", interval: .seconds(60)))
            let item = TrendLogItem(trendLogID: first.id!, point: bench.supply, pointOrder: 0)
            try await manager.replaceItems(of: first.id!, with: [item])
            for _ in 0..<2 {
                bench.time.setWall(by: .seconds(-86_400))
                try await manager.setProfile(PointProfile(low: 1), of: bench.supply)
                try await manager.setStatus(of: 1201, active: false)
                try await manager.upsert([
                    MonitoringPoint(address: bench.supply, pointName: "Later", dataType: .analog)
                ])
                try await manager.replaceItems(of: first.id!, with: [])
                let second = try await manager.upsert(
                    TrendLog(deviceID: 1201, trendLogName: "Second", interval: .seconds(60)))
                #expect(second.id == TrendLogID(rawValue: 2))
                #expect(try manager.items(of: second.id!) == [])
            }
            let third = try await manager.upsert(
                TrendLog(deviceID: 1201, trendLogName: "Third", interval: .seconds(60)))
            #expect(third.id == TrendLogID(rawValue: 3))
            #expect(
                try manager.trendLogs(of: 1201).map(\.trendLogName) == ["First", "Second", "Third"])
            #expect(try manager.items(of: first.id!) == [])
            #expect(try manager.profile(of: bench.supply).low == 1)
            #expect(try manager.device(1201)?.isActive == false)
            #expect(try manager.point(bench.supply)?.pointName == "Later")
            await manager.close()
            let again = try bench.open(path)
            #expect(try again.trendLogs(of: 1201).count == 3)
            #expect(try again.point(bench.supply)?.pointName == "Later")
            await again.close()
        }
    }

    @Test("gives each trend log a number of its own, however many are made at once")
    func together() async throws {
        try await bench.filled { manager, _ in
            let made = try await withThrowingTaskGroup(of: TrendLogID?.self) { group in
                for number in 0..<60 {
                    group.addTask { [bench] in
                        bench.time.advance(by: .milliseconds(1))
                        return try await manager.upsert(
                            TrendLog(
                                deviceID: 1201, trendLogName: "Log \(number)",
                                interval: .seconds(60))
                        ).id
                    }
                }
                return try await group.reduce(into: Set<TrendLogID>()) { ids, id in
                    if let id { ids.insert(id) }
                }
            }
            #expect(made.count == 60)
            #expect(Set(try manager.trendLogs(of: 1201).compactMap(\.id)) == made)
        }
    }
}
