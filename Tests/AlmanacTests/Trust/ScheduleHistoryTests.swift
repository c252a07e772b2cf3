import Almanac
import AlmanacSimulation
import TestSupport
import Testing

@Suite("DataManager, when samples were due") struct ScheduleHistoryTests {
    private let bench = ManagerBench(at: "2026-03-01T00:00Z")

    /// Samples of the supply each so often, up to where the clock then stands.
    private func record(
        in manager: DataManager, every seconds: Int64, until end: String
    ) async throws {
        let step = seconds * 1000
        let last = Timestamp(end)!.milliseconds
        try await manager.store(
            stride(from: bench.time.now.milliseconds, to: last, by: Int(step)).map {
                PointSample(
                    point: bench.supply, value: 20, at: Timestamp(milliseconds: $0))
            })
        bench.time.advance(to: Timestamp(end)!)
    }

    private func log(
        _ manager: DataManager, _ name: String, every seconds: Int, active: Bool = true
    ) async throws {
        let log = try await manager.upsert(
            TrendLog(
                deviceID: 1201, trendLogName: name, interval: .seconds(seconds), isActive: active))
        try await manager.replaceItems(
            of: log.id!,
            with: [TrendLogItem(trendLogID: log.id!, point: bench.supply, pointOrder: 0)])
    }

    private func report(
        _ manager: DataManager, _ from: String, _ to: String
    ) throws -> QualityReport {
        try manager.qualityReport(of: bench.supply, in: TimeRange(from, to))
    }

    @Test("keeps to the interval of the time where a log has another one since")
    func interval() async throws {
        try await bench.filled { manager, _ in
            try await log(manager, "Log", every: 900)
            try await record(in: manager, every: 900, until: "2026-03-02T00:00Z")
            try await log(manager, "Log", every: 60)
            try await record(in: manager, every: 60, until: "2026-03-02T06:00Z")
            try await record(in: manager, every: 900, until: "2026-03-02T12:00Z")
            let first = try report(manager, "2026-03-01T00:00Z", "2026-03-02T00:00Z")
            #expect(first.gaps.isEmpty && first.coverage.expectedTickCount == 96)
            #expect(first.coverage.fraction == 1 && first.level == .good)
            let second = try report(manager, "2026-03-02T00:00Z", "2026-03-02T12:00Z")
            #expect(second.gaps.count == 24 && second.coverage.expectedTickCount == 720)
            #expect(second.coverage.coveredTickCount == 360 + 24)
            let buckets = try manager.buckets(
                of: bench.supply, in: TimeRange("2026-03-01T00:00Z", "2026-03-02T00:00Z"),
                every: .day, aggregations: [.timeWeightedMean])
            #expect(buckets[0].coveredTime == .seconds(86_400))
        }
    }

    @Test("takes what was recorded before any log had it by its own steps")
    func earlier() async throws {
        try await bench.filled { manager, _ in
            try await record(in: manager, every: 3600, until: "2026-03-02T00:00Z")
            bench.time.advance(to: Timestamp("2026-03-02T06:00Z")!)
            try await record(in: manager, every: 3600, until: "2026-03-03T00:00Z")
            try await log(manager, "Log", every: 900)
            try await record(in: manager, every: 900, until: "2026-03-04T00:00Z")
            let whole = try report(manager, "2026-03-01T00:00Z", "2026-03-04T00:00Z")
            #expect(
                whole.gaps.map(\.range) == [TimeRange("2026-03-02T00:00Z", "2026-03-02T06:00Z")])
            #expect(whole.coverage.expectedTickCount == 48 + 96)
            #expect(whole.coverage.coveredTickCount == 42 + 96)
            let before = try report(manager, "2026-03-01T00:00Z", "2026-03-02T06:00Z")
            #expect(before.isStalled && before.coverage.expectedTickCount == 30)
        }
    }

    @Test("misses nothing while a point, its device or its log was off, and says why")
    func pauses() async throws {
        try await bench.filled { manager, _ in
            try await log(manager, "Log", every: 900)
            try await record(in: manager, every: 900, until: "2026-03-01T06:00Z")
            try await manager.setStatus(of: 1201, active: false)
            bench.time.advance(to: Timestamp("2026-03-01T12:00Z")!)
            try await manager.setStatus(of: 1201, active: true)
            try await record(in: manager, every: 900, until: "2026-03-01T18:00Z")
            try await log(manager, "Log", every: 900, active: false)
            bench.time.advance(to: Timestamp("2026-03-02T00:00Z")!)
            try await log(manager, "Log", every: 900)
            try await record(in: manager, every: 900, until: "2026-03-02T06:00Z")
            let whole = try report(manager, "2026-03-01T00:00Z", "2026-03-02T06:00Z")
            #expect(whole.gaps.map(\.reason) == [.pointDisabled, .logDisabled])
            #expect(whole.gaps[0].range == TimeRange("2026-03-01T06:00Z", "2026-03-01T12:00Z"))
            #expect(whole.coverage.expectedTickCount == 72 && whole.coverage.fraction == 1)
            #expect(whole.level == .good && !whole.isStalled)
            // What nobody explains is missed, beside a pause too.
            let point = MonitoringPoint(
                address: bench.supply, pointName: "Supply", dataType: .analog, isActive: false)
            bench.time.advance(to: Timestamp("2026-03-02T12:00Z")!)
            try await manager.upsert([point])
            bench.time.advance(to: Timestamp("2026-03-03T00:00Z")!)
            let later = try report(manager, "2026-03-02T00:00Z", "2026-03-03T00:00Z")
            #expect(later.gaps.map(\.reason) == [.unknown])
            #expect(later.gaps[0].range == TimeRange("2026-03-02T06:00Z", "2026-03-02T12:00Z"))
            #expect(later.coverage.expectedTickCount == 48 && later.level == .red)
        }
    }

    @Test("expects a point of two logs as often as the faster of them")
    func twoLogs() async throws {
        try await bench.filled { manager, _ in
            try await log(manager, "Fast", every: 900)
            bench.time.advance(by: .seconds(1))
            try await log(manager, "Slow", every: 3600)
            bench.time.advance(to: Timestamp("2026-03-01T01:00Z")!)
            try await record(in: manager, every: 900, until: "2026-03-01T06:00Z")
            bench.time.advance(to: Timestamp("2026-03-01T08:00Z")!)
            try await record(in: manager, every: 900, until: "2026-03-01T12:00Z")
            let gaps = try manager.gaps(
                of: bench.supply, in: TimeRange("2026-03-01T01:00Z", "2026-03-01T12:00Z"))
            #expect(gaps.map(\.range) == [TimeRange("2026-03-01T06:00Z", "2026-03-01T08:00Z")])
        }
    }
}
