import TestSupport
import Testing

@testable import Almanac

@Suite("AlignedReader") struct AlignedReaderTests {
    private func column(
        _ samples: [(Int64, Double)], _ aggregation: Aggregation, _ fill: Fill,
        from: Int64 = 0, to: Int64, every width: Int64, interval: Int64 = 10,
        isChangeOfValue: Bool = false, recorded: [(Int64, Int64)] = []
    ) throws -> AlignedColumn {
        func range(_ from: Int64, _ to: Int64) -> TimeRange {
            TimeRange(from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to))!
        }
        let schedule = RecordingSchedule(
            [ScheduledSpan(range: range(-1000, 1000), interval: .milliseconds(interval))],
            isChangeOfValue: isChangeOfValue)
        let gaps = recorded.map {
            Gap(point: RandomHistory.point, range: range($0.0, $0.1), reason: .deviceOffline)
        }
        let source = ArraySource(
            samples: samples.map { Sample(time: Timestamp(milliseconds: $0.0), value: $0.1) })
        let reader = BucketReader(
            source: source, dataType: .analog, profile: PointProfile(),
            rule: GapRule(schedule, recorded: gaps, times: []))
        let calendar = BucketCalendar(width: .milliseconds(width))
        let span = try #require(try calendar.wholeSpan(of: range(from, to)))
        return try AlignedReader(reader: reader, aggregation: aggregation, fill: fill)
            .column(of: RandomHistory.point, span, calendar)
    }

    @Test("holds a value until the next, and one interval into a gap") func hold() throws {
        let found = try column(
            [(0, 1), (20, 3), (90, 5)], .last, .hold, to: 120, every: 5)
        #expect(
            found.values == [
                1, 1, 1, 1, 3, 3, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, 5, 5,
                nil, nil, nil, nil,
            ])
        #expect(found.filledCount == 5)
    }

    @Test("runs lines between buckets, not into gaps") func linear() throws {
        let found = try column([(0, 0), (20, 4), (90, 5)], .mean, .linear, to: 100, every: 10)
        #expect(found.values == [0, 2, 4, nil, nil, nil, nil, nil, nil, 5])
        #expect(found.filledCount == 1)
    }

    @Test("leaves buckets empty where nobody asked, and amounts always") func none() throws {
        let samples: [(Int64, Double)] = [(0, 1), (20, 3)]
        #expect(try column(samples, .last, .none, to: 30, every: 10).values == [1, nil, 3])
        #expect(try column(samples, .sum, .hold, to: 30, every: 10).values == [1, nil, 3])
        #expect(try column(samples, .count, .hold, to: 30, every: 10).values == [1, 0, 1])
    }

    @Test("knows the buckets on either side of the range") func sides() throws {
        let samples: [(Int64, Double)] = [(-10, 2), (-8, 4), (8, 9)]
        #expect(
            try column(samples, .mean, .linear, from: -5, to: 5, every: 5).values == [5, 7])
        #expect(try column(samples, .mean, .hold, from: -5, to: 5, every: 5).values == [3, 3])
    }

    @Test("holds what is recorded when it changes up to the recorded gap") func changes() throws {
        let found = try column(
            [(0, 1)], .last, .hold, to: 100, every: 20, isChangeOfValue: true,
            recorded: [(50, 70)])
        #expect(found.values == [1, 1, 1, nil, nil])
        let open = try column([(0, 1)], .last, .hold, to: 60, every: 20, isChangeOfValue: true)
        #expect(open.values == [1, 1, 1])
    }

    @Test("fills with what holds at the start of a bucket, and nothing else", arguments: 0..<300)
    func random(seed: Int) throws {
        let column = try RandomColumn(seed, seed, isChangeOfValue: seed % 3 == 0, .last, .hold)
        let (history, span, found) = (column.history, column.span, column.found)
        for (place, value) in found.values.enumerated() {
            let from = span.bounds[place].milliseconds
            let own = history.naive.inside(from, span.bounds[place + 1].milliseconds).last?.value
            let expected = own ?? history.naive.value(at: Double(from), .hold)
            #expect(value == expected, "seed \(seed), bucket \(place)")
        }
    }

    @Test("runs lines between the nearest buckets with samples", arguments: 0..<300)
    func randomLines(seed: Int) throws {
        let column = try RandomColumn(seed, 1000 + seed, isChangeOfValue: false, .mean, .linear)
        let (history, span, found) = (column.history, column.span, column.found)
        for (place, value) in found.values.enumerated() {
            let expected = history.naive.meanOrLine(
                span.bounds[place].milliseconds, width: column.width,
                asked: history.range.from.milliseconds..<history.range.to.milliseconds)
            #expect((value == nil) == (expected == nil), "seed \(seed), bucket \(place)")
            guard let value, let expected else { continue }
            #expect(
                abs(value - expected) <= 1e-9 * max(1, abs(expected)),
                "seed \(seed), bucket \(place)")
        }
    }

    @Test("puts points side by side, each by the aggregation that fits its kind") func points()
        throws
    {
        func reader(_ dataType: DataType, _ values: [Double]) -> BucketReader<ArraySource> {
            let samples = values.enumerated().map {
                Sample(time: Timestamp(milliseconds: Int64($0.offset) * 10), value: $0.element)
            }
            return BucketReader(
                source: ArraySource(samples: samples), dataType: dataType,
                profile: PointProfile(), rule: GapRule(.unknown, recorded: [], times: []))
        }
        let points = [
            AlignedPoint(point: PointAddress("1:2:1")!, reader: reader(.analog, [1, 2, 3, 4])),
            AlignedPoint(point: PointAddress("1:2:2")!, reader: reader(.digital, [1, 0, 0, 1])),
        ]
        let calendar = BucketCalendar(width: .milliseconds(20))
        let range = TimeRange(from: Timestamp(milliseconds: 5), to: Timestamp(milliseconds: 40))!
        let found = try AlignedColumns(of: points, in: range, calendar, nil, .none)
        #expect(found.starts.map(\.milliseconds) == [0, 20])
        #expect(found.end == range.to)
        #expect(found.columns.map(\.point.number) == [1, 2])
        #expect(found.columns.map(\.values) == [[2, 3.5], [0, 1]])
        let none = try AlignedColumns(
            of: points, in: TimeRange(from: range.to, to: range.to)!, calendar, nil, .hold)
        #expect(none.starts.isEmpty && none.columns.map(\.values) == [[], []])
        let error = #expect(throws: HistoryError.self) {
            try AlignedColumns(of: points, in: .all, calendar, nil, .none)
        }
        #expect(error?.code == .invalidParameter && error?.parameter == "range")
    }
}

/// A column of a random history, and the history that it was made from.
private struct RandomColumn {
    let history: RandomHistory
    let width: Int64
    let span: BucketSpan
    let found: AlignedColumn

    init(
        _ number: Int, _ seed: Int, isChangeOfValue: Bool, _ aggregation: Aggregation, _ fill: Fill
    ) throws {
        var random = SplitMix64(seed: UInt64(seed))
        history = RandomHistory(
            near: moments[number % moments.count], isChangeOfValue: isChangeOfValue,
            isScheduled: number % 2 == 0, random: &random)
        let reader = BucketReader(
            source: history.source, dataType: aggregation == .last ? .digital : .analog,
            profile: PointProfile(), rule: history.rule)
        width = Int64.random(in: 1...20, using: &random) * RandomHistory.cell
        let calendar = BucketCalendar(width: .milliseconds(width))
        span = try #require(try calendar.wholeSpan(of: history.range))
        found = try AlignedReader(reader: reader, aggregation: aggregation, fill: fill)
            .column(of: RandomHistory.point, span, calendar)
    }
}
