import Almanac
import AlmanacSimulation
import TestSupport
import Testing

/// A panel's input that is set from analog to digital keeps its address and its history.
@Suite("DataManager, a point that turns digital") struct KindChangeTests {
    private let bench = ManagerBench(at: "2026-03-01T00:00Z")
    private let day = TimeRange("2026-03-01T00:00Z", "2026-03-02T00:00Z")

    private func fill(_ manager: DataManager) async throws {
        try await manager.store(
            (0..<12).map {
                PointSample(
                    bench.supply, 20 + Double($0), "2026-03-01T\($0 < 10 ? "0" : "")\($0):00Z")
            })
        bench.time.advance(to: Timestamp("2026-03-01T12:00Z")!)
        try await manager.upsert([
            MonitoringPoint(address: bench.supply, pointName: "Supply", dataType: .digital)
        ])
        try await manager.store(
            (12..<24).map {
                PointSample(bench.supply, Double($0 / 6 % 2), "2026-03-01T\($0):00Z")
            })
        bench.time.advance(to: Timestamp("2026-03-03T00:00Z")!)
    }

    @Test("mixes the two kinds in no answer") func kinds() async throws {
        try await bench.filled { manager, _ in
            try await fill(manager)
            let morning = TimeRange("2026-03-01T00:00Z", "2026-03-01T12:00Z")
            let early = try manager.statistics(of: bench.supply, in: morning)
            #expect(early.count == 12 && early.min == 20 && early.avg == 25.5)
            let whole = try manager.statistics(of: bench.supply, in: day)
            #expect(whole.count == 12 && whole.max == 1 && whole.avg == 0.5)
            let buckets = try manager.buckets(
                of: bench.supply, in: day, every: .milliseconds(8 * 3_600_000),
                aggregations: [.mean, .timeWeightedMean, .delta])
            #expect(buckets.map(\.count) == [8, 4, 8] && buckets.map(\.maximum) == [27, 0, 1])
            #expect(buckets.map(\.length) == Array(repeating: .seconds(8 * 3600), count: 3))
            #expect(buckets.map(\.timeWeightedMean) == [24, 0, 0.75])
            #expect(buckets.map(\.delta) == [8, 0, 1])
        }
    }

    @Test("has the standard aggregation of the kind that it had then") func standard() async throws
    {
        try await bench.filled { manager, _ in
            try await fill(manager)
            let morning = TimeRange("2026-03-01T00:00Z", "2026-03-01T12:00Z")
            let evening = TimeRange("2026-03-01T12:00Z", "2026-03-02T00:00Z")
            let width = Duration.seconds(6 * 3600)
            let means = try manager.samples(of: bench.supply, in: morning, every: width)
            #expect(means.map(\.value) == [22.5, 28.5])
            let states = try manager.samples(of: bench.supply, in: evening, every: width)
            #expect(states.map(\.value) == [0, 1])
            let aligned = try manager.aligned(
                [bench.supply], in: morning, every: BucketWidth(width)!)
            #expect(aligned.columns[0].values == [22.5, 28.5])
        }
    }
}
