import Almanac
import AlmanacSimulation
import TestSupport
import Testing

/// A store so small that every answer can be worked out by hand, and was.
@Suite("Tiny store") struct TinyStoreTests {
    private let supply = PointAddress(device: 1201, type: .input, number: 5)
    private let fan = PointAddress(device: 1201, type: .output, number: 1)
    private let zurich = try! TimeZoneRules.named("Europe/Zurich")

    /// Over the end of a UTC year; the sample of 00:30 is bad.
    private var quarters: [PointSample] {
        [
            PointSample(supply, 1, "2025-12-31T23:45Z"),
            PointSample(supply, 2, "2026-01-01T00:00Z"),
            PointSample(supply, 4, "2026-01-01T00:15Z"),
            PointSample(
                point: supply, value: 100, at: Timestamp("2026-01-01T00:30Z")!, quality: .fault),
            PointSample(supply, 8, "2026-01-01T00:45Z"),
        ]
    }

    private func withStore(
        _ samples: [PointSample], _ body: @escaping (DataManager) async throws -> Void
    ) async throws {
        let bench = ManagerBench()
        try await bench.filled { manager, _ in
            try await manager.store(samples)
            // From heads, and again from files.
            try await body(manager)
            try await manager.flush()
            try await body(manager)
        }
    }

    @Test("statistics: four usable samples, one bad, over a year's end") func statistics()
        async throws
    {
        try await withStore(quarters) { manager in
            let found = try manager.statistics(of: supply, in: .all)
            #expect(found.count == 4 && found.countBad == 1)
            #expect(found.min == 1 && found.max == 8)
            #expect(found.sum == 15 && found.avg == 3.75)
            #expect(found.first == 1 && found.last == 8)
            #expect(found.firstTimestamp == Timestamp("2025-12-31T23:45Z"))
            #expect(found.lastTimestamp == Timestamp("2026-01-01T00:45Z"))
            let one = try manager.statistics(
                of: supply, in: TimeRange("2026-01-01T00:15Z", "2026-01-01T00:45Z"))
            #expect(one.count == 1 && one.countBad == 1 && one.avg == 4)
            let none = try manager.statistics(
                of: supply, in: TimeRange("2026-01-01T01:00Z", "2026-01-02"))
            #expect(none.count == 0 && none.min == nil && none.avg == nil && none.first == nil)
        }
    }

    @Test("hours and years: counts, extremes, means, differences that add up") func buckets()
        async throws
    {
        try await withStore(quarters) { manager in
            let range = TimeRange("2025-12-31T23:00Z", "2026-01-01T02:00Z")
            let hours = try manager.buckets(
                of: supply, in: range, every: .milliseconds(3_600_000),
                aggregations: [.min, .max, .mean, .sum, .delta])
            #expect(hours.map(\.count) == [1, 3, 0] && hours.map(\.badCount) == [0, 1, 0])
            #expect(hours.map(\.minimum) == [1, 2, nil] && hours.map(\.maximum) == [1, 8, nil])
            #expect(hours.map(\.sum) == [1, 14, nil] && hours.map(\.mean) == [1, 14.0 / 3, nil])
            // 2 at midnight minus the first, 1; then 8 minus 2; then nothing new.
            #expect(hours.map(\.delta) == [1, 6, nil])
            let years = try manager.buckets(of: supply, in: range, every: .year)
            #expect(years.map(\.count) == [1, 3])
            // Midnight in Zurich is an hour before UTC's: all of it is one day.
            let days = try manager.buckets(of: supply, in: range, every: .day, zone: zurich)
            #expect(days.map(\.count) == [4] && days[0].mean == 3.75)
        }
    }

    @Test("the mean over time runs along the line") func timeWeighted() async throws {
        try await withStore(quarters) { manager in
            let found = try manager.buckets(
                of: supply, in: TimeRange("2026-01-01T00:00Z", "2026-01-01T00:15Z"),
                every: .milliseconds(900_000), aggregations: [.timeWeightedMean])
            #expect(found.map(\.timeWeightedMean) == [3])
            #expect(found.map(\.coveredTime) == [.seconds(900)])
        }
    }

    @Test("a fan that ran from one to three") func duty() async throws {
        let samples = [
            PointSample(fan, 0, "2026-01-01T00:00Z"), PointSample(fan, 1, "2026-01-01T01:00Z"),
            PointSample(fan, 0, "2026-01-01T03:00Z"),
        ]
        try await withStore(samples) { manager in
            try await manager.setProfile(PointProfile(historyMode: .changeOfValue), of: fan)
            let duty = try manager.duty(
                of: fan, in: TimeRange("2026-01-01T00:00Z", "2026-01-01T04:00Z"))
            #expect(duty.onTime == .seconds(7200) && duty.coveredTime == .seconds(14_400))
            #expect(duty.share == 0.5 && duty.transitionCount == 2 && duty.startCount == 1)
            #expect(duty.longestRun == TimeRange("2026-01-01T01:00Z", "2026-01-01T03:00Z"))
        }
    }

    @Test("a fan of which nothing is known since a gap, whatever is asked") func dutyBehindGap()
        async throws
    {
        let samples = [
            PointSample(fan, 1, "2026-01-01T08:00Z"), PointSample(fan, 0, "2026-01-01T14:00Z"),
        ]
        try await withStore(samples) { manager in
            try await manager.setProfile(PointProfile(historyMode: .changeOfValue), of: fan)
            let gap = TimeRange("2026-01-01T09:00Z", "2026-01-01T10:00Z")
            try await manager.record([Gap(point: fan, range: gap, reason: .deviceOffline)])
            for from in ["2026-01-01T09:30Z", "2026-01-01T12:00Z"] {
                let later = try manager.duty(of: fan, in: TimeRange(from, "2026-01-01T13:00Z"))
                #expect(later.coveredTime == .zero && later.onTime == .zero, "\(from)")
            }
            let whole = try manager.duty(
                of: fan, in: TimeRange("2026-01-01T08:00Z", "2026-01-01T13:00Z"))
            #expect(whole.coveredTime == .seconds(3600))
        }
    }

    @Test("a fan that runs: its hours end now, at noon") func today() async throws {
        try await withStore([PointSample(fan, 1, "2026-03-01T08:00Z")]) { manager in
            try await manager.setProfile(PointProfile(historyMode: .changeOfValue), of: fan)
            let hours = try manager.buckets(
                of: fan, in: TimeRange("2026-03-01T10:00Z", "2026-03-01T14:00Z"),
                every: .milliseconds(3_600_000), aggregations: [.timeWeightedMean])
            #expect(hours.map(\.coveredTime) == [.seconds(3600), .seconds(3600), .zero, .zero])
        }
    }

    @Test("widths that no calendar has are refused by name") func widths() async throws {
        try await withStore(quarters) { manager in
            for width: BucketWidth in [
                .days(0), .weeks(.max), .months(-1), .milliseconds(0), .milliseconds(-1),
                .milliseconds(.max),
            ] {
                let error = #expect(throws: HistoryError.self) {
                    try manager.buckets(
                        of: supply, in: TimeRange("2026-01-01", "2026-01-02"), every: width)
                }
                #expect(error?.code == .invalidParameter && error?.parameter == "every")
            }
        }
    }

    @Test("days in which clocks change have 23 and 25 hours") func clockChanges() async throws {
        let start = Timestamp("2025-03-29T00:00Z")!
        let samples = (0..<24 * 3).map {
            PointSample(point: supply, value: 1, at: start + .seconds($0 * 3600))
        }
        let autumn = Timestamp("2025-10-25T00:00Z")!
        let later = (0..<24 * 3).map {
            PointSample(point: supply, value: 1, at: autumn + .seconds($0 * 3600))
        }
        try await withStore(samples + later) { manager in
            let march = try manager.buckets(
                of: supply, in: TimeRange("2025-03-29T23:00Z", "2025-03-30T22:00Z"), every: .day,
                zone: zurich)
            #expect(march.map(\.count) == [23] && march[0].length == .seconds(23 * 3600))
            let october = try manager.buckets(
                of: supply, in: TimeRange("2025-10-25T22:00Z", "2025-10-26T23:00Z"), every: .day,
                zone: zurich)
            #expect(october.map(\.count) == [25] && october[0].length == .seconds(25 * 3600))
        }
    }
}
