import Almanac
import AlmanacSimulation
import TestSupport
import Testing

// The log of a sample was said to be checked and was never read; no read returned log or interval.
@Suite("PointSample") struct PointSampleTests {
    private let bench = ManagerBench()

    private func log(
        _ name: String, of points: [PointAddress], in manager: DataManager
    ) async throws -> TrendLogID {
        let id = try #require(
            try await manager.upsert(TrendLog(deviceID: 1201, trendLogName: name)).id)
        try await manager.replaceItems(
            of: id,
            with: points.enumerated().map {
                TrendLogItem(trendLogID: id, point: $1, pointOrder: UInt8($0))
            })
        return id
    }

    @Test("is refused with a log that is not known or never had the point, with its whole batch")
    func checked() async throws {
        try await bench.filled { manager, _ in
            let id = try await log("L", of: [bench.supply], in: manager)
            var row = PointSample(bench.supply, 1, "2026-03-01T11:00Z")
            func code() async -> HistoryError? {
                do {
                    try await manager.store([PointSample(bench.fan, 1, "2026-03-01T11:00Z"), row])
                    return nil
                } catch { return error }
            }
            row.trendLogID = TrendLogID(rawValue: 77)
            #expect(await code()?.code == .unknownTrendLog)
            row = PointSample(bench.other, 1, "2026-03-01T11:00Z")
            row.trendLogID = id
            #expect(await code()?.parameter == "trendLogID")
            row.trendLogID = nil
            row.intervalSeconds = -1
            #expect(await code()?.parameter == "intervalSeconds")
            #expect(manager.snapshot().sampleCount == 0)
            row = PointSample(bench.supply, 1, "2026-03-01T11:00Z")
            row.trendLogID = id
            row.intervalSeconds = 900
            #expect(await code() == nil)
            bench.time.advance(by: .seconds(60))
            // What a device sends later of a point that the log no longer has belongs to it too.
            try await manager.replaceItems(of: id, with: [])
            row.timestamp = Timestamp("2026-03-01T11:15Z")!
            #expect(await code() == nil)
            #expect(manager.snapshot().sampleCount == 3)
        }
    }

    @Test("is read with the seconds since the one before and the log that held the point then")
    func fields() async throws {
        try await bench.filled { manager, _ in
            let start = bench.time.now
            func row(_ minutes: Int) -> PointSample {
                PointSample(
                    point: bench.supply, value: Double(minutes), at: start + .seconds(minutes * 60))
            }
            try await manager.store([row(-30), row(-15)])
            let first = try await log("A", of: [bench.supply], in: manager)
            bench.time.advance(by: .seconds(3600))
            try await manager.store([row(0), row(1), row(45)])
            try await manager.replaceItems(of: first, with: [])
            let second = try await log("B", of: [bench.fan, bench.supply], in: manager)
            try await manager.store([row(75)])
            let rows = try manager.pointSamples(of: bench.supply, in: .all)
            #expect(rows.map(\.intervalSeconds) == [0, 900, 900, 60, 2640, 1800])
            #expect(rows.map(\.trendLogID) == [nil, nil, first, first, first, second])
            #expect(rows.map(\.value) == [-30, -15, 0, 1, 45, 75])
            let later = TimeRange(from: start, to: TimeRange.all.to)!
            let part = try manager.snapshot().pointSamples(of: bench.supply, in: later, limit: 1)
            #expect(part.map(\.intervalSeconds) == [900])
            #expect(try manager.pointSamples(of: bench.other, in: .all).isEmpty)
        }
    }

    @Test("keeps its quality without a flag that another implies")
    func quality() async throws {
        try await bench.filled { manager, _ in
            var row = PointSample(bench.supply, 1, "2026-03-01T11:00Z")
            row.quality = [.fault, .bad, .alarm, .uncertain]
            try await manager.store([row])
            row = PointSample(bench.supply, 1, "2026-03-01T11:15Z")
            row.quality = [.stale, .uncertain]
            try await manager.store([row])
            row = PointSample(bench.supply, 1, "2026-03-01T11:30Z")
            row.quality = .bad
            try await manager.store([row])
            let found = try manager.samples(of: bench.supply, in: .all).map(\.quality)
            #expect(found == [[.fault, .alarm, .uncertain], .stale, .bad])
        }
    }

    @Test("of a batch that is not live has an event that reports how it came")
    func origins() async throws {
        try await bench.filled { manager, _ in
            let rows = [
                PointSample(bench.supply, 1, "2026-03-01T11:00Z"),
                PointSample(bench.fan, 1, "2026-03-01T11:15Z"),
            ]
            try await manager.store([rows[0]])
            #expect(try manager.events(in: .all).isEmpty)
            try await manager.store(rows, onConflict: .keep, origin: .backfill)
            try await manager.store(rows, origin: .imported)
            let events = try manager.events(in: .all, kind: "backfill")
            #expect(
                events.map(\.fields) == [
                    [
                        "samples": "1", "points": "1", "from": "1772363700000",
                        "to": "1772363700000",
                    ]
                ])
            #expect(events.first?.subject == bench.fan.description)
            // The same again was nothing new.
            #expect(try manager.events(in: .all, kind: "import").isEmpty)
        }
    }
}
