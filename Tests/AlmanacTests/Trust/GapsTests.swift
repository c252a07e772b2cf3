import TestSupport
import Testing

@testable import Almanac

@Suite("Gaps and coverage") struct GapsTests {
    private func range(_ from: Int64, _ to: Int64) -> TimeRange {
        TimeRange(from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to))!
    }

    private func gap(_ from: Int64, _ to: Int64, _ reason: GapReason) -> Gap {
        Gap(point: RandomHistory.point, range: range(from, to), reason: reason)
    }

    private func gaps(
        _ times: [Int64], in asked: TimeRange, _ spans: [(TimeRange, Int64)],
        recorded: [Gap] = [], isChangeOfValue: Bool = false
    ) throws -> [Gap] {
        let schedule = RecordingSchedule(
            spans.map { ScheduledSpan(range: $0.0, interval: .milliseconds($0.1)) },
            isChangeOfValue: isChangeOfValue)
        let source = ArraySource(
            samples: times.map { Sample(time: Timestamp(milliseconds: $0), value: 1) })
        let rule = try source.gapRule(schedule, recorded: recorded, in: asked)
        return try source.gaps(of: RandomHistory.point, in: asked, rule)
    }

    @Test("begin where a sample was due, beyond two and a half intervals") func twoAndAHalf() throws
    {
        let spans = [(range(-1000, 1000), Int64(10))]
        #expect(try gaps([0, 25, 30, 40], in: range(0, 50), spans).isEmpty)
        #expect(
            try gaps([0, 26, 30, 40], in: range(0, 50), spans) == [gap(10, 26, .unknown)])
        #expect(try gaps([0, 10], in: range(0, 60), spans) == [gap(20, 60, .unknown)])
        #expect(try gaps([0, 10, 90], in: range(30, 60), spans) == [gap(30, 60, .unknown)])
    }

    @Test("take their reasons from recorded gaps, ticks of one reason together") func reasons()
        throws
    {
        let spans = [(range(-1000, 1000), Int64(10))]
        let ticks = [20, 30, 40].map { gap($0, $0 + 10, .deviceOffline) }
        // The first and last moments belong to the ticks next to them.
        #expect(
            try gaps([0, 10, 55], in: range(0, 60), spans, recorded: ticks)
                == [gap(20, 55, .deviceOffline)])
        let mixed = [gap(20, 30, .deviceOffline), gap(80, 90, .tickMissed)]
        #expect(
            try gaps([10, 90, 100], in: range(10, 100), spans, recorded: mixed)
                == [
                    gap(20, 30, .deviceOffline), gap(30, 80, .unknown), gap(80, 90, .tickMissed),
                ])
    }

    @Test("follow the interval in force then") func intervals() throws {
        let spans = [(range(0, 100), Int64(10)), (range(100, 1000), Int64(100))]
        let times = Array(stride(from: Int64(0), through: 100, by: 10)) + [200, 300]
        #expect(try gaps(times, in: range(0, 310), spans).isEmpty)
        #expect(
            try gaps(times, in: range(0, 310), [(range(0, 1000), 10)])
                == [gap(110, 200, .unknown), gap(210, 300, .unknown)])
    }

    @Test("are the recorded ones of a point that is recorded when it changes") func changes() throws
    {
        let recorded = [gap(10, 20, .deviceOffline), gap(20, 30, .deviceOffline)]
        #expect(
            try gaps([0, 500], in: range(0, 600), [], recorded: recorded, isChangeOfValue: true)
                == [gap(10, 30, .deviceOffline)])
    }

    @Test("are found by the most frequent step where no interval is known") func unscheduled()
        throws
    {
        let times = Array(stride(from: Int64(0), to: 100, by: 10)) + [150, 160]
        #expect(try gaps(times, in: range(0, 170), []) == [gap(100, 150, .unknown)])
        // Inside the gap there is no step to learn from: the samples before it are asked.
        #expect(try gaps(times, in: range(110, 140), []) == [gap(110, 140, .unknown)])
        #expect(try gaps([], in: range(0, 100), []).isEmpty)
    }

    @Test("are all of a schedule that gave nothing, and none of an empty range") func edges() throws
    {
        let spans = [(range(20, 80), Int64(10))]
        #expect(try gaps([], in: range(0, 100), spans) == [gap(20, 80, .unknown)])
        #expect(
            try gaps([50], in: range(0, 100), spans).map(\.range) == [range(20, 50), range(60, 80)])
        #expect(try gaps([0], in: range(50, 50), spans).isEmpty)
    }

    @Test("never hold a sample, and lie between samples that are far apart", arguments: 0..<300)
    func random(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let history = RandomHistory(
            near: moments[seed % moments.count], isChangeOfValue: false, isScheduled: true,
            random: &random)
        let found = try history.source.gaps(
            of: RandomHistory.point, in: history.range, history.rule)
        let times = history.naive.samples.map(\.time.milliseconds)
        for gap in found {
            #expect(!history.naive.samples.contains { gap.range.contains($0.time) }, "seed \(seed)")
        }
        for (one, next) in zip(found, found.dropFirst()) {
            #expect(one.range.to <= next.range.from, "seed \(seed)")
        }
        // Every millisecond of a pair's gap is told, and none of a pair that has none.
        for (one, next) in zip(times, times.dropFirst()) {
            let interval = history.naive.interval(one, next)!
            let part =
                TimeRange(
                    from: Timestamp(milliseconds: min(one + interval, next)),
                    to: Timestamp(milliseconds: next))!.intersection(history.range)
            let told = found.compactMap { gap in part.flatMap { gap.range.intersection($0) } }
                .reduce(Duration.zero) { $0 + $1.duration }
            let expected = history.naive.isGap(one, next) ? part?.duration ?? .zero : .zero
            #expect(told == expected, "seed \(seed)")
        }
    }

    @Test("count ticks with a usable sample", arguments: 0..<300)
    func coverage(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let history = RandomHistory(
            near: moments[seed % moments.count], isChangeOfValue: false, isScheduled: true,
            random: &random)
        let usable = history.naive.inside(
            history.range.from.milliseconds, history.range.to.milliseconds)
        let found = history.rule.coverage(
            of: history.range, times: usable.map(\.time.milliseconds), extent: nil)
        let expected = history.naive.coverage(
            history.range.from.milliseconds, history.range.to.milliseconds)
        #expect(found.expectedTickCount == expected.expected, "seed \(seed)")
        #expect(found.coveredTickCount == expected.covered, "seed \(seed)")
        #expect((found.fraction == nil) == (expected.expected == 0), "seed \(seed)")
    }

    @Test("cover a point that is recorded when it changes by time") func coverageInTime() {
        let rule = GapRule(
            RecordingSchedule([], isChangeOfValue: true), recorded: [gap(10, 30, .deviceOffline)],
            times: [])
        let found = rule.coverage(of: range(0, 100), times: [0], extent: range(0, 80))
        #expect(found.fraction == 0.75)
        #expect(found.expectedTickCount == 0)
    }
}
