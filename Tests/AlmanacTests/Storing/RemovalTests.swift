import Almanac
import AlmanacSimulation
import TestSupport
import Testing

@Suite("DataManager, removing") struct ManagerRemovalTests {
    private let bench = ManagerBench(at: "2026-03-01T12:00Z")

    @Test("leaves a gap where there were samples, and none of what comes later")
    func openRange() async throws {
        try await bench.filled { manager, _ in
            try await manager.setProfile(
                PointProfile(historyMode: .changeOfValue), of: bench.fan)
            try await manager.store([
                PointSample(bench.fan, 1, "2026-03-01T06:00Z"),
                PointSample(bench.fan, 0, "2026-03-01T08:00Z"),
            ])
            #expect(try await manager.delete(of: bench.fan, in: .all).samples == 2)
            bench.time.advance(to: Timestamp("2026-03-02T00:00Z")!)
            try await manager.store([
                PointSample(bench.fan, 1, "2026-03-01T14:00Z"),
                PointSample(bench.fan, 0, "2026-03-01T18:00Z"),
            ])
            let day = TimeRange("2026-03-01T00:00Z", "2026-03-02T00:00Z")
            #expect(
                try manager.gaps(of: bench.fan, in: day).map(\.range)
                    == [TimeRange("2026-03-01T06:00Z", "2026-03-01T12:00Z")])
            #expect(try manager.duty(of: bench.fan, in: day).onTime == .seconds(4 * 3600))
            let mean = try manager.buckets(
                of: bench.fan, in: TimeRange("2026-03-01T14:00Z", "2026-03-01T22:00Z"),
                every: .day, aggregations: [.timeWeightedMean])[0]
            #expect(mean.timeWeightedMean == 0.5)
        }
    }

    @Test("counts no samples where there are none") func counts() async throws {
        try await bench.filled { manager, _ in
            try await manager.store([
                PointSample(bench.supply, 1, "2026-03-01T06:00Z"),
                PointSample(bench.supply, 2, "2026-03-01T06:10Z"),
                PointSample(bench.supply, 3, "2026-03-01T08:00Z"),
            ])
            let counts = try manager.samples(
                of: bench.supply, in: TimeRange("2026-03-01T00:00Z", "2026-03-02T00:00Z"),
                every: .seconds(3600), aggregation: .count)
            #expect(counts.map(\.value) == [2, 1])
        }
    }
}
