import Almanac
import AlmanacSimulation
import TestSupport
import Testing

/// Gaps, coverage and reports of one point once looked through every trend log of the store.
@Suite("Trend logs of a point") struct LogIndexTests {
    private let bench = ManagerBench(at: "2026-03-01T00:00Z")

    private func usage(_ history: some HistoryReading) throws -> [Int] {
        try history.activePointUsage(of: 1201).map(\.logCount)
            + history.activePointUsage(of: 1202).map(\.logCount)
    }

    private func expected(_ manager: DataManager, _ range: TimeRange) throws -> Int {
        try manager.coverage(of: bench.supply, in: range).expectedTickCount
    }

    @Test("follow each change of a log, and a snapshot keeps those of its state")
    func changes() async throws {
        try await bench.filled { manager, path in
            let hour = TimeRange("2026-03-01T00:00Z", "2026-03-01T01:00Z")
            let later = TimeRange("2026-03-01T01:00Z", "2026-03-01T02:00Z")
            #expect(try usage(manager) == [0, 0, 0])
            var logs: [TrendLogID] = []
            for (name, device, points) in [
                ("A", DeviceID(1201), [bench.supply, bench.fan]), ("B", 1202, [bench.supply]),
                ("C", 1202, [bench.other, bench.supply]),
            ] {
                let log = try await manager.upsert(
                    TrendLog(deviceID: device, trendLogName: name, interval: .seconds(60)))
                let id = try #require(log.id)
                try await manager.replaceItems(
                    of: id,
                    with: points.enumerated().map {
                        TrendLogItem(trendLogID: id, point: $1, pointOrder: UInt8($0))
                    })
                logs.append(id)
            }
            #expect(try usage(manager) == [1, 3, 1])
            #expect(try manager.trendLogs(of: 1202).map(\.trendLogName) == ["B", "C"])
            #expect(try manager.activeTrendLogs(of: 1201).map(\.id) == [logs[0]])
            bench.time.advance(to: hour.to)
            try await manager.store([PointSample(bench.supply, 1, "2026-03-01T00:00Z")])
            #expect(try expected(manager, hour) == 60)
            let held = manager.snapshot()
            // The point leaves every log; another one goes to another device.
            for (place, id) in logs.enumerated() {
                let left = place == 2 ? [bench.other] : []
                try await manager.replaceItems(
                    of: id,
                    with: left.map { TrendLogItem(trendLogID: id, point: $0, pointOrder: 0) })
            }
            try await manager.upsert(
                TrendLog(
                    id: logs[1], deviceID: 1201, trendLogName: "B", interval: .seconds(60),
                    isActive: false))
            bench.time.advance(to: later.to)
            for _ in 0..<2 {
                #expect(try usage(manager) == [0, 0, 1])
                #expect(try usage(held) == [1, 3, 1])
                #expect(try manager.trendLogs(of: 1201).map(\.trendLogName) == ["A", "B"])
                #expect(try manager.activeTrendLogs(of: 1201).map(\.trendLogName) == ["A"])
                #expect(try held.trendLogs(of: 1202).map(\.trendLogName) == ["B", "C"])
            }
            // What was due while it was in a log stays due; afterwards nothing is.
            #expect(try expected(manager, hour) == 60)
            #expect(try expected(manager, later) == 0)
            try await manager.flush()
            let reader = try DataManager.open(at: path, mode: .readOnly, time: bench.time)
            #expect(try usage(reader) == [0, 0, 1])
            #expect(try expected(reader, hour) == 60)
            #expect(try reader.trendLogs(of: 1201).map(\.trendLogName) == ["A", "B"])
        }
    }
}
