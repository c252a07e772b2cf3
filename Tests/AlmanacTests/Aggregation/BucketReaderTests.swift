import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing

@testable import Almanac

/// Buckets of random histories against the definitions, moment by moment.
@Suite("BucketReader") struct BucketReaderTests {
    private func reader(
        _ history: RandomHistory, _ dataType: DataType, _ profile: PointProfile
    ) -> BucketReader<ArraySource> {
        BucketReader(
            source: history.source, dataType: dataType, profile: profile, rule: history.rule)
    }

    private func history(_ seed: Int, isRegister: Bool = false) -> (RandomHistory, SplitMix64) {
        var random = SplitMix64(seed: UInt64(seed))
        let history = RandomHistory(
            near: moments[seed % moments.count], isChangeOfValue: seed % 3 == 0,
            isScheduled: seed % 2 == 0, isRegister: isRegister, random: &random)
        return (history, random)
    }

    @Test("weighs values by time as their definition does", arguments: 0..<400)
    func timeWeighted(seed: Int) throws {
        var (history, random) = history(seed)
        let bounds = history.bounds(&random)
        let dataType: DataType = seed % 5 < 2 ? .digital : .analog
        let profile = PointProfile(
            historyMode: history.isChangeOfValue ? .changeOfValue : .sampled)
        let isHeld = dataType == .digital || history.isChangeOfValue
        let buckets = try reader(history, dataType, profile).buckets(
            bounds: bounds, starts: Array(bounds.dropLast()), [.timeWeightedMean])
        #expect(buckets.count == bounds.count - 1)
        for bucket in buckets {
            let expected = history.naive.timeWeighted(
                bucket.range.from.milliseconds, bucket.range.to.milliseconds,
                cell: RandomHistory.cell, isHeld ? .hold : .linear)
            #expect(areClose(bucket.timeWeightedMean, expected.mean), "seed \(seed)")
            #expect(bucket.coveredTime == .milliseconds(expected.covered), "seed \(seed)")
        }
    }

    @Test("has only own, usable samples in count, min, max, first and last", arguments: 0..<100)
    func own(seed: Int) throws {
        var (history, random) = history(seed)
        let bounds = history.bounds(&random)
        let buckets = try reader(history, .analog, PointProfile()).buckets(
            bounds: bounds, starts: Array(bounds.dropLast()), [.mean])
        for bucket in buckets {
            let own = history.naive.inside(
                bucket.range.from.milliseconds, bucket.range.to.milliseconds)
            #expect(bucket.count == own.count, "seed \(seed)")
            #expect(bucket.minimum == own.map(\.value).min(), "seed \(seed)")
            #expect(bucket.maximum == own.map(\.value).max(), "seed \(seed)")
            #expect(bucket.first == own.first?.value, "seed \(seed)")
            #expect(bucket.lastTime == own.last?.time, "seed \(seed)")
            #expect((bucket.sum == nil) == own.isEmpty, "seed \(seed)")
        }
    }

    @Test("tells how registers and values moved, roll-overs included", arguments: 0..<300)
    func delta(seed: Int) throws {
        var (history, random) = history(seed, isRegister: true)
        let bounds = history.bounds(&random)
        let modulus: Double? = seed % 4 == 0 ? 1000 : nil
        let isTotalizer = seed % 5 != 0
        let profile = PointProfile(
            historyMode: isTotalizer ? .totalizer : .sampled, modulus: modulus)
        let buckets = try reader(history, .analog, profile).buckets(
            bounds: bounds, starts: Array(bounds.dropLast()), [.delta])
        for bucket in buckets {
            let expected = history.naive.delta(
                bucket.range.from.milliseconds, bucket.range.to.milliseconds,
                isTotalizer: isTotalizer, modulus: modulus)
            #expect(areClose(bucket.delta, expected.delta), "seed \(seed)")
            #expect(bucket.fallCount == expected.falls, "seed \(seed)")
        }
        // However it is cut, the whole is the sum of its parts.
        let whole = try reader(history, .analog, profile).buckets(
            bounds: [bounds[0], bounds[bounds.count - 1]], starts: [bounds[0]], [.delta])[0]
        let sum = buckets.compactMap(\.delta).reduce(0, +)
        // A first sample at the very end moved nothing yet.
        #expect(areClose(whole.delta ?? 0, sum), "seed \(seed)")
        #expect(whole.fallCount == buckets.map(\.fallCount).reduce(0, +), "seed \(seed)")
    }

    @Test("sums consumption by the stamps behind the start, and has no mean over time of it")
    func consumption() throws {
        for seed in 0..<100 {
            var (history, random) = history(seed)
            let bounds = history.bounds(&random)
            let buckets = try reader(history, .analog, PointProfile(historyMode: .consumption))
                .buckets(
                    bounds: bounds, starts: Array(bounds.dropLast()), [.delta, .timeWeightedMean])
            for bucket in buckets {
                let expected = history.naive.consumption(
                    bucket.range.from.milliseconds, bucket.range.to.milliseconds)
                #expect(areClose(bucket.delta, expected), "seed \(seed)")
                #expect(bucket.timeWeightedMean == nil)
            }
        }
    }

    @Test("gives local days their 23 and 25 hours") func localDays() throws {
        let zone = try TimeZoneRules.named("Europe/Zurich")
        let range = TimeRange(
            from: Timestamp("2025-10-24T22:00:00Z")!, to: Timestamp("2025-10-27T23:00:00Z")!)!
        let samples = stride(from: range.from.milliseconds, to: range.to.milliseconds, by: 900_000)
            .map { Sample(time: Timestamp(milliseconds: $0), value: 1) }
        let source = ArraySource(samples: samples)
        let reader = BucketReader(
            source: source, dataType: .digital, profile: PointProfile(),
            rule: try source.gapRule(.unknown, recorded: [], in: range))
        let days = try reader.buckets(
            in: range, of: BucketCalendar(width: .day, zone: zone), [.timeWeightedMean])
        #expect(days.map(\.count) == [96, 100, 96])
        #expect(days.map(\.length) == [24, 25, 24].map { .seconds($0 * 3600) })
        #expect(days.map(\.coveredTime) == days.map(\.length))
    }

    @Test("has no bucket in an empty range, and refuses too many") func bounds() throws {
        let reader = BucketReader(
            source: ArraySource(samples: []), dataType: .analog, profile: PointProfile(),
            rule: GapRule(.unknown, recorded: [], times: []))
        let moment = Timestamp("2025-01-01")!
        let none = TimeRange(from: moment, to: moment)!
        let calendar = BucketCalendar(width: .milliseconds(1))
        #expect(try reader.buckets(in: none, of: calendar, [.mean]).isEmpty)
        let error = #expect(throws: HistoryError.self) {
            try reader.buckets(
                in: TimeRange(from: moment, to: Timestamp("2025-02-01")!)!, of: calendar, [.mean])
        }
        #expect(error?.code == .limitExceeded)
        #expect(error?.parameter == "every")
        let one = try reader.buckets(
            in: TimeRange(from: moment, to: Timestamp("2025-02-01")!)!,
            of: BucketCalendar(width: .month), Set(Aggregation.allCases))
        #expect(one.map(\.count) == [0])
        #expect(Aggregation.allCases.allSatisfy { $0 == .count || one[0].value(of: $0) == nil })
    }

    @Test("answers from a store as from the samples in it, across a year's end") func stored()
        throws
    {
        let store = try Store.open(in: SimulatedStorage(seed: 7))
        let first = newYear2025 - 2000 * 900_000
        try store.importColumns([0: quarterHours(6000, from: first, seed: 11)])
        let series = store.snapshot().testSeries(0)
        let source = StoredSeries(snapshot: store.snapshot(), series: series)
        let columns = try source.samples(in: .all, limit: nil, order: .forward)
        let plain = ArraySource(
            samples: (0..<columns.count).compactMap { columns.usableSample(at: $0) })
        let range = TimeRange(
            from: Timestamp(milliseconds: first + 1), to: Timestamp("2025-12-31")!)!
        let calendar = BucketCalendar(
            width: .month, zone: try TimeZoneRules.named("America/New_York"))
        let cut = TimeRange(from: range.from, to: Timestamp("2025-03-20")!)!
        let rule = try source.gapRule(.unknown, recorded: [], in: cut)
        #expect(rule.interval(from: 0, to: 0) == 900_000)
        let all = Set(Aggregation.allCases)
        let found = try BucketReader(
            source: source, dataType: .analog, profile: PointProfile(), rule: rule
        ).buckets(in: cut, of: calendar, all)
        let expected = try BucketReader(
            source: plain, dataType: .analog, profile: PointProfile(), rule: rule
        ).buckets(in: cut, of: calendar, all)
        #expect(found.count == expected.count && found.count >= 4)
        for (one, other) in zip(found, expected) {
            #expect(areClose(one.sum, other.sum))
            var same = one
            same.sum = other.sum
            same.mean = other.mean
            #expect(same == other)
        }
    }
}
