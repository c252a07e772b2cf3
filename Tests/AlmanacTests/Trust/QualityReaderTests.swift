import TestSupport
import Testing

@testable import Almanac

@Suite("QualityReader") struct QualityReaderTests {
    private let day: Int64 = 86_400_000
    private let minute: Int64 = 60_000

    private func range(_ from: Int64, _ to: Int64) -> TimeRange {
        TimeRange(from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to))!
    }

    /// A day of minutes unless said otherwise.
    private func report(
        _ samples: [Sample], to end: Int64? = nil, profile: PointProfile = PointProfile(),
        dataType: DataType = .analog, active: TimeRange? = nil,
        counters: IngestCounters = IngestCounters()
    ) throws -> QualityReport {
        let schedule = RecordingSchedule(
            [ScheduledSpan(range: active ?? range(0, 100 * day), interval: .seconds(60))],
            isChangeOfValue: profile.historyMode == .changeOfValue)
        let reader = QualityReader(
            source: ArraySource(samples: samples), point: RandomHistory.point, dataType: dataType,
            profile: profile, rule: GapRule(schedule, recorded: [], times: []))
        return try reader.report(in: range(0, end ?? day), counters)
    }

    private func minutes(_ numbers: Range<Int64>, _ value: (Int64) -> Double) -> [Sample] {
        numbers.map { Sample(time: Timestamp(milliseconds: $0 * minute), value: value($0)) }
    }

    @Test("finds nothing wrong with a day of minutes") func good() throws {
        let counters = IngestCounters(duplicates: 1, late: 2, clockJumps: 3)
        let found = try report(minutes(0..<1440) { Double($0 % 7) }, counters: counters)
        #expect(found.coverage.fraction == 1 && found.gaps.isEmpty && found.level == .good)
        #expect(!found.isStalled && !found.hasNoData && found.flatLines.isEmpty)
        #expect(found.counters == counters)
    }

    @Test("warns below 90 %, and is red where a gap exceeds three intervals") func levels() throws {
        // Every ninth minute fails: no gap is long enough to be one.
        let thin = try report(
            minutes(0..<1440) { Double($0) }.filter {
                $0.value.truncatingRemainder(dividingBy: 9) != 0
            })
        #expect(thin.gaps.isEmpty && thin.level == .warning)
        let broken = try report(
            minutes(0..<700) { Double($0) } + minutes(704..<1440) { Double($0) })
        #expect(broken.longestGap?.range == range(700 * minute, 704 * minute))
        #expect(broken.level == .red)
        #expect(broken.coverage.coveredTickCount == 1436)
        // Three intervals and a bit are a gap, and not red yet.
        let short = try report(
            minutes(0..<700) { Double($0) } + minutes(702..<1440) { Double($0) })
        #expect(short.gaps.count == 1 && short.level == .good)
    }

    @Test("tells a point that stalled, and one that had nothing") func stalled() throws {
        #expect(try report(minutes(0..<1437) { Double($0) }).isStalled)
        #expect(!(try report(minutes(0..<1438) { Double($0) }).isStalled))
        let none = try report([])
        #expect(none.hasNoData && none.isStalled && none.coverage.fraction == 0)
        #expect(none.level == .red)
        // A log that was switched off is not late.
        let off = try report(minutes(0..<60) { Double($0) }, active: range(0, 60 * minute))
        #expect(!off.isStalled && off.level == .good && off.coverage.expectedTickCount == 60)
    }

    @Test("finds lines flat for a day of analog points, not of meters and states") func flat()
        throws
    {
        let samples = minutes(0..<1500) { $0 < 1441 ? 5 : Double($0) }
        let end = 1500 * minute
        #expect(try report(samples, to: end).flatLines == [range(0, day)])
        #expect(try report(samples, to: end, dataType: .digital).flatLines.isEmpty)
        let meter = PointProfile(historyMode: .totalizer)
        #expect(try report(samples, to: end, profile: meter).flatLines.isEmpty)
        let broken = samples.filter {
            $0.time.milliseconds / minute < 700 || $0.time.milliseconds / minute > 710
        }
        #expect(try report(broken, to: end).flatLines.isEmpty)
    }

    @Test("counts usable values beyond the limits, and bad samples") func limits() throws {
        var samples = minutes(0..<1440) { Double($0 % 10) }
        samples[9].quality = .fault
        let found = try report(samples, profile: PointProfile(low: 1, high: 8))
        #expect(found.outOfRangeCount == 144 + 143)
        #expect(found.badCount == 1 && found.usableCount == 1439)
        #expect(found.coverage.coveredTickCount == 1439)
    }

    @Test("sums a device up") func device() throws {
        let one = try report(minutes(0..<1440) { Double($0) }, counters: .init(duplicates: 1))
        let other = try report([], counters: .init(duplicates: 2))
        let sum = DeviceQualityReport(device: 1, range: one.range, points: [one, other])
        #expect(sum.coverage.fraction == 0.5 && sum.level == .red)
        #expect(sum.counters.duplicates == 3 && sum.noDataCount == 1 && sum.stalledCount == 1)
    }
}

@Suite("ValueAsOf") struct ValueAsOfTests {
    @Test("tells age and recorded gap") func gap() {
        let point = RandomHistory.point
        func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }
        let gap = Gap(
            point: point, range: TimeRange(from: time(10), to: time(20))!, reason: .tickMissed)
        let sample = Sample(time: time(5), value: 1)
        let inside = ValueAsOf(
            point: point, moment: time(10), sample: sample, recordedGaps: [gap])
        #expect(inside.age == .milliseconds(5) && inside.gap == gap && inside.isInGap)
        let behind = ValueAsOf(point: point, moment: time(20), sample: nil, recordedGaps: [gap])
        #expect(behind.age == nil && !behind.isInGap)
    }
}
