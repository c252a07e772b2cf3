import ColumnCodec
import TimeSeriesModel

/// Folds parts of a series, in time order, into the buckets of a grid.
///
/// A part is what one chunk has inside one bucket; sums are added part by part, so that statistics
/// and decoded samples give the same bits.
struct BucketFolder {
    private let bounds: [Timestamp]
    private(set) var aggregates: [Aggregate]
    /// The bucket that the newest sample fell into; later ones are at or behind it.
    private var bucket = 0
    private var part = PartAccumulator()
    private var partIsOpen = false

    init(_ grid: BucketGrid) {
        bounds = grid.bounds
        aggregates = [Aggregate](repeating: Aggregate(), count: grid.count)
    }

    /// Whether a span lies whole in one bucket.
    func isInOneBucket(_ first: Int64, _ last: Int64) -> Bool {
        guard first >= bounds[0].rawValue else { return false }
        let index = bucket(of: first)
        return index < aggregates.count && last < bounds[index + 1].rawValue
    }

    /// Adds a chunk that lies whole in one bucket by its statistics.
    mutating func add(_ statistics: ChunkStatistics) {
        bucket = bucket(of: statistics.firstTime)
        aggregates[bucket].add(statistics)
    }

    /// Adds samples of a decoded frame; all lie inside the grid.
    mutating func add(_ frame: FrameBuffer, _ positions: Range<Int>, of layout: ChunkLayout?) {
        var rest = positions
        while !rest.isEmpty {
            let index = bucket(of: frame.times[rest.lowerBound])
            if index != bucket { endPart() }
            bucket = index
            let end = bounds[index + 1].rawValue
            let upper =
                frame.times[rest.upperBound - 1] < end
                ? rest.upperBound : frame.times.firstPosition(in: rest) { $0 >= end }
            add(frame, rest.lowerBound..<upper, layout)
            rest = upper..<rest.upperBound
        }
    }

    private mutating func add(
        _ frame: FrameBuffer, _ positions: Range<Int>, _ layout: ChunkLayout?
    ) {
        partIsOpen = true
        if let layout {
            part.add(frame, positions: positions, of: layout)
        } else {
            for position in positions {
                part.add(
                    time: frame.times[position], value: frame.values[position],
                    quality: frame.qualities[position])
            }
        }
    }

    /// Ends the part under way: the chunk ends here.
    mutating func endPart() {
        guard partIsOpen else { return }
        aggregates[bucket].add(part.finish())
        part = PartAccumulator()
        partIsOpen = false
    }

    /// The bucket of a time at or behind the newest one.
    private func bucket(of time: Int64) -> Int {
        if bounds[bucket + 1].rawValue > time { return bucket }
        // Neighbouring buckets are the rule, so the search widens from where it stands.
        var step = 1
        var low = bucket + 1
        while low + step < bounds.count, bounds[low + step].rawValue <= time {
            low += step
            step *= 2
        }
        var high = min(low + step, bounds.count)
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if bounds[middle].rawValue <= time { low = middle } else { high = middle }
        }
        return min(low, aggregates.count - 1)
    }
}
