import ColumnCodec
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// Reads computed from a sorted array by their definitions, to compare the store's with.
struct NaiveReads {
    private let samples: [(time: Int64, value: Double, quality: UInt8)]

    init(_ byTime: [Int64: TruthSample]) {
        samples = byTime.sorted { $0.key < $1.key }.map {
            ($0.key, Double(bitPattern: $0.value.bits), $0.value.quality)
        }
    }

    func check(
        _ snapshot: Snapshot, _ series: SeriesID, _ random: inout SplitMix64, _ label: String
    ) throws {
        guard let first = samples.first?.time, let last = samples.last?.time else { return }
        for _ in 0..<4 {
            let a = Int64.random(in: first - 5...last + 5, using: &random)
            let b = Int64.random(in: first - 5...last + 5, using: &random)
            let range = TimeRange(
                from: Timestamp(rawValue: min(a, b)), to: Timestamp(rawValue: max(a, b)))!
            try checkRange(snapshot, series, range, &random, label)
            try checkAggregates(snapshot, series, range, &random, label)
            try checkLookUp(snapshot, series, a, label)
        }
        try checkLookUp(snapshot, series, .max, label)
        try checkAggregate(
            try snapshot.aggregate(of: series, in: .all), .all, label + " all")
        let newest = try snapshot.latestSample(of: series)
        #expect(newest?.time.rawValue == last, "\(label)")
        #expect(newest?.value.bitPattern == samples.last?.value.bitPattern, "\(label)")
    }

    private func inside(
        _ range: TimeRange
    ) -> [(time: Int64, value: Double, quality: UInt8)] {
        samples.filter { range.contains(Timestamp(rawValue: $0.time)) }
    }

    private func checkRange(
        _ snapshot: Snapshot, _ series: SeriesID, _ range: TimeRange, _ random: inout SplitMix64,
        _ label: String
    ) throws {
        let expected = inside(range)
        let limit = random.once(in: 2) ? Int.random(in: 0...50, using: &random) : nil
        let forward = try snapshot.samples(of: series, in: range, limit: limit)
        let first = expected.prefix(limit ?? .max)
        #expect(forward.times == first.map(\.time), "\(label)")
        #expect(
            forward.values.map(\.bitPattern) == first.map(\.value.bitPattern), "\(label)")
        let backward = try snapshot.samples(of: series, in: range, limit: limit, order: .backward)
        let newest = expected.reversed().prefix(limit ?? .max)
        #expect(backward.times == newest.map(\.time), "\(label)")
        #expect(backward.qualities == newest.map(\.quality), "\(label)")
    }

    private func checkLookUp(
        _ snapshot: Snapshot, _ series: SeriesID, _ time: Int64, _ label: String
    ) throws {
        let found = try snapshot.sample(of: series, atOrBefore: Timestamp(rawValue: time))
        let expected = samples.last { $0.time <= time }
        #expect(found?.time.rawValue == expected?.time, "\(label) at \(time)")
        #expect(found?.value.bitPattern == expected?.value.bitPattern, "\(label) at \(time)")
        #expect(found?.quality.rawValue == expected?.quality, "\(label) at \(time)")
    }

    private func checkAggregates(
        _ snapshot: Snapshot, _ series: SeriesID, _ range: TimeRange, _ random: inout SplitMix64,
        _ label: String
    ) throws {
        let width = Duration.milliseconds(
            [86_400_000, 3_600_000, 977_777].randomElement(using: &random)! as Int)
        guard let grid = BucketGrid(covering: range, every: width), grid.count < 20_000 else {
            return
        }
        let pushed = try snapshot.aggregates(of: series, in: grid)
        let decoded = try snapshot.aggregates(of: series, in: grid, from: .samples)
        for index in 0..<grid.count {
            let bucket = TimeRange(from: grid.bounds[index], to: grid.bounds[index + 1])!
            #expect(
                pushed[index].sum.bitPattern == decoded[index].sum.bitPattern,
                "\(label): pushed down and decoded sums differ")
            guard pushed[index].count > 0 || index % 50 == 0 else { continue }
            try checkAggregate(pushed[index], bucket, label)
        }
    }

    private func checkAggregate(
        _ aggregate: Aggregate, _ range: TimeRange, _ label: String
    ) throws {
        let all = inside(range)
        let usable = all.filter { Quality(rawValue: $0.quality).isUsable }
        let finite = usable.filter { $0.value.isFinite }
        #expect(aggregate.count == finite.count, "\(label)")
        #expect(aggregate.badCount == all.count - usable.count, "\(label)")
        #expect(aggregate.first?.bitPattern == finite.first?.value.bitPattern, "\(label)")
        #expect(aggregate.last?.bitPattern == finite.last?.value.bitPattern, "\(label)")
        #expect(aggregate.firstTime?.rawValue == finite.first?.time, "\(label)")
        #expect(aggregate.lastTime?.rawValue == finite.last?.time, "\(label)")
        #expect(aggregate.minimum == finite.map(\.value).min(), "\(label)")
        #expect(aggregate.maximum == finite.map(\.value).max(), "\(label)")
        let sum = finite.reduce(0.0) { $0 + $1.value }
        let scale = finite.reduce(0.0) { $0 + $1.value.magnitude }
        if scale.isFinite {
            #expect((aggregate.sum - sum).magnitude <= 1e-12 * scale, "\(label)")
        }
    }
}
