import ColumnCodec
import TimeSeriesModel

/// Folds parts of a series, in time order, into the buckets of a grid.
///
/// A part is what one chunk has inside one bucket; sums are added part by part, so that statistics
/// and decoded samples give the same bits.
struct BucketFolder {
    private let bounds: [Int64]
    private(set) var aggregates: [Aggregate]
    /// The bucket that the newest sample fell into; later ones are at or behind it.
    private var bucket = 0
    private var part = PartAccumulator()
    private var partIsOpen = false

    init(_ grid: BucketGrid) {
        bounds = grid.edges
        aggregates = [Aggregate](repeating: Aggregate(), count: grid.count)
    }

    /// Whether a span lies whole in one bucket.
    func isInOneBucket(_ first: Int64, _ last: Int64) -> Bool {
        guard first >= bounds[0] else { return false }
        let index = bucket(of: first)
        return index < aggregates.count && last < bounds[index + 1]
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
            let end = bounds[index + 1]
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

    /// Adds a frame of a chunk by the integers behind its values, which are not made doubles of.
    ///
    /// - Returns: whether that can be done; if not, the frame is to be decoded and added.
    mutating func add(
        frame number: Int, of layout: ChunkLayout, endingAt lastTime: Int64,
        from scratch: inout ReadScratch
    ) throws(CodecError) -> Bool {
        guard let divisor = layout.divisor else { return false }
        scratch.parts.bucket = bucket
        guard
            try scratch.sumUp(frame: number, of: layout, lastTime: lastTime, between: bounds)
        else { return false }
        fold(scratch.parts, divisor, layout)
        return true
    }

    private mutating func fold(
        _ parts: borrowing IntegerParts, _ divisor: Double, _ layout: ChunkLayout
    ) {
        let newest = parts.parts.count - 1
        var index = 0
        while index <= newest {
            let next = parts.parts[index]
            if next.bucket != bucket {
                endPart()
                bucket = next.bucket
            }
            // What the frame's end cuts may go on in the next one.
            if index == newest || partIsOpen {
                partIsOpen = true
                part.add(next, quality: parts.quality, of: layout)
                index += 1
            } else {
                add(parts.parts.extracting(index..<newest), divisor)
                index = newest
            }
        }
    }

    /// Adds parts that begin and end inside a frame, each in a bucket of its own.
    private mutating func add(_ parts: Span<IntegerPart>, _ divisor: Double) {
        var aggregates = aggregates.mutableSpan
        for index in parts.indices {
            aggregates[parts[index].bucket].add(parts[index], divisor)
        }
    }

    private func bucket(of time: Int64) -> Int {
        IntegerParts.bucket(of: time, bounds.span, from: bucket)
    }
}
