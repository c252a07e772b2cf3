import ColumnCodec
import SegmentStore
import TestSupport

@testable import Almanac

/// Samples in memory as a source of reads.
struct ArraySource: SampleSource {
    /// Ascending.
    var samples: [Sample]

    func samples(
        in range: TimeRange, limit: Int?, order: ReadOrder
    ) throws(HistoryError) -> SampleColumns {
        var found = samples.filter { range.contains($0.time) }
        if order == .backward { found.reverse() }
        var columns = SampleColumns()
        for sample in found.prefix(limit ?? .max) {
            columns.append(
                time: sample.time.milliseconds, value: sample.value,
                quality: sample.quality.rawValue)
        }
        return columns
    }

    func summaries(in grid: BucketGrid) throws(HistoryError) -> [BucketSummary] {
        (0..<grid.count).map { place in
            let range = TimeRange(from: grid.bounds[place], to: grid.bounds[place + 1])!
            let all = samples.filter { range.contains($0.time) }
            let own = all.filter { $0.quality.isUsable && $0.value.isFinite }
            let values = own.map(\.value)
            let sum = own.isEmpty ? nil : values.reduce(0, +)
            return BucketSummary(
                count: own.count, badCount: all.count { !$0.quality.isUsable },
                minimum: values.min(), maximum: values.max(), sum: sum,
                mean: sum.map { $0 / Double(own.count) }, first: values.first, last: values.last,
                firstTime: own.first?.time, lastTime: own.last?.time)
        }
    }
}

/// A history as random as those of buildings are, and the naive view of it.
struct RandomHistory {
    /// Every time that occurs is a multiple of it, in milliseconds.
    static let cell: Int64 = 1000

    var source: ArraySource
    var naive: NaiveHistory
    var rule: GapRule
    /// All of it lies inside.
    var range: TimeRange
    var recorded: [Gap]
    var isChangeOfValue: Bool

    static let point = PointAddress(device: 1, type: .input, number: 1)

    /// - Parameter near: about when it happens.
    init(
        near: Int64, isChangeOfValue: Bool, isScheduled: Bool, isRegister: Bool = false,
        random: inout SplitMix64
    ) {
        let origin = near.floorDivided(by: 1_000_000) * 1_000_000
        let first = Int64.random(in: 1...9, using: &random) * 2000
        let second = Int64.random(in: 1...9, using: &random) * 2000
        let change = origin + Int64.random(in: 50...300, using: &random) * Self.cell
        let length = Int64.random(in: 1...500, using: &random) * Self.cell
        let range = TimeRange(
            from: Timestamp(milliseconds: origin), to: Timestamp(milliseconds: origin + length))!
        var samples: [Sample] = []
        var time = origin - 40 * Self.cell
        var value = Double(Int.random(in: 0...100, using: &random))
        while time < range.to.milliseconds + 60 * Self.cell {
            let interval = time < change ? first : second
            time = (time.floorDivided(by: interval) + 1) * interval
            if random.once(in: 4) { time += Self.cell }
            if random.once(in: 9) { time += Int64.random(in: 1...8, using: &random) * interval }
            if samples.last.map({ $0.time.milliseconds >= time }) ?? false { continue }
            if isRegister {
                value += Double(Int.random(in: 0...20, using: &random))
                if random.once(in: 8) { value = Double(Int.random(in: 0...9, using: &random)) }
            } else if !random.once(in: 3) {
                value = Double(Int.random(in: -3...3, using: &random)) / 2
            }
            let quality: Quality =
                random.once(in: 8) ? [.fault] : random.once(in: 8) ? [.overridden] : .good
            samples.append(
                Sample(
                    time: Timestamp(milliseconds: time),
                    value: random.once(in: 40) ? .nan : value, quality: quality))
        }
        if random.once(in: 12) { samples = Array(samples.prefix(1)) }
        if random.once(in: 25) { samples = [] }
        // Histories that begin or end inside the range.
        if random.once(in: 4) { samples.removeFirst(samples.count / 3) }
        if random.once(in: 4) { samples.removeLast(samples.count / 3) }
        var gaps: [Gap] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let from = origin + Int64.random(in: -20...500, using: &random) * Self.cell
            let to = from + Int64.random(in: 1...40, using: &random) * Self.cell
            gaps.append(
                Gap(
                    point: Self.point,
                    range: TimeRange(
                        from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to))!,
                    reason: random.once(in: 2) ? .deviceOffline : .tickMissed))
        }
        self.init(
            samples, range, gaps,
            isScheduled
                ? [(origin - 100_000, change, first), (change, origin + 1_000_000, second)] : [],
            isChangeOfValue)
    }

    private init(
        _ samples: [Sample], _ range: TimeRange, _ gaps: [Gap],
        _ spans: [(Int64, Int64, Int64)], _ isChangeOfValue: Bool
    ) {
        source = ArraySource(samples: samples)
        self.range = range
        recorded = gaps
        self.isChangeOfValue = isChangeOfValue
        let schedule = RecordingSchedule(
            spans.map { from, to, interval in
                ScheduledSpan(
                    range: TimeRange(
                        from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to))!,
                    interval: .milliseconds(interval))
            }, isChangeOfValue: isChangeOfValue)
        // What a snapshot asks the journal for.
        let asked = gaps.filter {
            isChangeOfValue ? $0.range.from < range.to : $0.range.intersection(range) != nil
        }
        rule = GapRule(schedule, recorded: asked, times: samples.map(\.time.milliseconds))
        naive = NaiveHistory(
            samples: samples,
            spans: spans.map { .init(from: $0.0, to: $0.1, interval: $0.2) },
            isChangeOfValue: isChangeOfValue,
            recorded: gaps.map { ($0.range.from.milliseconds, $0.range.to.milliseconds) },
            usualInterval: Self.mostFrequentStep(samples))
    }

    private static func mostFrequentStep(_ samples: [Sample]) -> Int64? {
        let steps = zip(samples, samples.dropFirst())
            .map { $1.time.milliseconds - $0.time.milliseconds }
        let most = Set(steps).map { step in steps.count { $0 == step } }.max()
        return Set(steps).filter { step in steps.count { $0 == step } == most }.min()
    }

    /// Random ascending bounds over the range, its ends included.
    func bounds(_ random: inout SplitMix64) -> [Timestamp] {
        let cellCount = (range.to.milliseconds - range.from.milliseconds) / Self.cell
        var cells: Set<Int64> = [0, cellCount]
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            cells.insert(Int64.random(in: 0...cellCount, using: &random))
        }
        return cells.sorted().map {
            Timestamp(milliseconds: range.from.milliseconds + $0 * Self.cell)
        }
    }
}

/// Around which histories are made: the end of years and the changes of clocks.
let moments: [Int64] = [
    "2024-12-31T23:58:00Z", "2025-03-30T00:58:00Z", "2025-10-26T00:58:00Z",
    "2025-03-09T06:58:00Z", "2025-11-02T05:58:00Z", "2025-04-05T14:58:00Z",
    "2025-10-04T15:28:00Z", "1969-12-31T23:58:00Z", "2000-02-29T00:00:00Z",
].map { Timestamp($0)!.milliseconds }

/// Both missing, or equal but for rounding.
func areClose(_ one: Double?, _ other: Double?) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    return abs(one - other) <= 1e-9 * (1 + abs(one) + abs(other))
}
