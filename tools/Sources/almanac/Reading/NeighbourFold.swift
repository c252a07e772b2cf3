import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// What needs more than a bucket's own samples: time-weighted means and differences.
///
/// A value is thought to hold until the next sample, or to run linearly to it. Beyond the gap rule,
/// two and a half intervals without a sample, nothing is known: a held value reaches one interval
/// into such a gap, and past the last sample; a line does not reach at all.
struct NeighbourFold {
    private let bounds: [Int64]
    private let isLinear: Bool
    private let interval: Int64
    /// Of value × milliseconds, by bucket.
    private var areas: [Double]
    private var covered: [Int64]
    /// The newest usable value at or before each bound.
    private var valuesAtBounds: [Double?]
    private var previous: Sample?
    /// The first bound that no sample was beyond yet.
    private var nextBound = 0
    private var bucket = 0

    /// - Parameter interval: of the point's samples, in milliseconds.
    init(_ grid: BucketGrid, isLinear: Bool, interval: Int64) {
        bounds = grid.bounds.map(\.milliseconds)
        self.isLinear = isLinear
        self.interval = interval
        areas = Array(repeating: 0, count: grid.count)
        covered = Array(repeating: 0, count: grid.count)
        valuesAtBounds = Array(repeating: nil, count: grid.count + 1)
    }

    /// nil where no time of the bucket is covered.
    func timeWeightedMean(_ place: Int) -> Double? {
        covered[place] > 0 ? areas[place] / Double(covered[place]) : nil
    }

    /// The value at the bucket's end minus the one at its start, so that buckets add up.
    func delta(_ place: Int, first: Double?) -> Double? {
        guard let end = valuesAtBounds[place + 1], let start = valuesAtBounds[place] ?? first else {
            return nil
        }
        return end - start
    }

    /// Takes the usable samples in order, from the one before the grid to the one behind it.
    mutating func add(_ sample: Sample) {
        settleBounds(before: sample.time.milliseconds)
        if let previous { join(previous, to: sample) }
        previous = sample
    }

    /// Says that no sample follows.
    mutating func finish() {
        settleBounds(before: .max)
        guard let last = previous, !isLinear else { return }
        hold(last, to: last.time.milliseconds + interval)
    }

    private mutating func settleBounds(before time: Int64) {
        while nextBound < bounds.count, bounds[nextBound] < time {
            valuesAtBounds[nextBound] = previous?.value
            nextBound += 1
        }
    }

    private mutating func join(_ left: Sample, to right: Sample) {
        let start = left.time.milliseconds
        let end = right.time.milliseconds
        let isGap = (end - start) * 2 > interval * 5
        if isLinear {
            guard !isGap else { return }
            let slope = (right.value - left.value) / Double(end - start)
            cover(start, end) { from, to in
                let middle = Double(from - start) + Double(to - from) / 2
                return left.value + slope * middle
            }
        } else {
            hold(left, to: isGap ? start + interval : end)
        }
    }

    private mutating func hold(_ sample: Sample, to end: Int64) {
        cover(sample.time.milliseconds, end) { _, _ in sample.value }
    }

    /// Adds a span to the buckets that it lies in; the closure gives the mean of each part.
    private mutating func cover(_ start: Int64, _ end: Int64, mean: (Int64, Int64) -> Double) {
        while bucket < areas.count, bounds[bucket + 1] <= start { bucket += 1 }
        var place = bucket
        while place < areas.count, bounds[place] < end {
            let from = Swift.max(start, bounds[place])
            let to = Swift.min(end, bounds[place + 1])
            if from < to {
                areas[place] += mean(from, to) * Double(to - from)
                covered[place] += to - from
            }
            place += 1
        }
    }
}

extension SeriesReader {
    /// The most frequent step of up to 8,192 samples of a range, in milliseconds.
    func interval(in range: TimeRange) throws(ToolFailure) -> Int64? {
        let times = try samples(in: range, limit: 8192).times
        var counts: [Int64: Int] = [:]
        for (time, next) in zip(times, times.dropFirst()) { counts[next - time, default: 0] += 1 }
        // Of equally frequent steps the shorter one, so that the answer is always the same.
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    /// Feeds a fold with the samples of a grid and those next to it.
    func fold(
        _ grid: BucketGrid, isLinear: Bool, interval: Int64
    ) throws(ToolFailure) -> NeighbourFold {
        var fold = NeighbourFold(grid, isLinear: isLinear, interval: interval)
        let range = grid.range
        if let before = try usableSample(before: range.from) { fold.add(before) }
        try forEachRun(in: range) { frame, positions in
            for place in positions {
                let quality = Quality(rawValue: frame.qualities[place])
                let value = frame.values[place]
                guard quality.isUsable, value.isFinite else { continue }
                fold.add(
                    Sample(
                        time: Timestamp(milliseconds: frame.times[place]), value: value,
                        quality: quality))
            }
            return true
        }
        if let after = TimeRange(from: range.to, to: TimeRange.all.to),
            let next = try usableSample(in: after)
        {
            fold.add(next)
        }
        fold.finish()
        return fold
    }
}
