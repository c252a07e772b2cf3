/// What of a frame lies between two bounds of time, as the integers behind its values: all usable
/// decimals. One division makes a double of each.
public struct IntegerPart: Sendable {
    /// The part lies between bound `bucket` and the next one.
    public var bucket: Int
    public var count: Int
    public var sum: Int64
    public var least: Int64
    public var greatest: Int64
    public var first: Int64
    public var last: Int64
    public var firstTime: Int64
    public var lastTime: Int64

    init(
        bucket: Int, count: Int, _ integers: SumKernels.Integers, firstTime: Int64, lastTime: Int64
    ) {
        self.bucket = bucket
        self.count = count
        sum = integers.sum
        least = integers.least
        greatest = integers.greatest
        first = integers.first
        last = integers.last
        self.firstTime = firstTime
        self.lastTime = lastTime
    }

    init() {
        self.init(bucket: 0, count: 0, SumKernels.Integers(), firstTime: 0, lastTime: 0)
    }

    @inline(__always)
    mutating func set(_ integers: SumKernels.Integers) {
        sum = integers.sum
        least = integers.least
        greatest = integers.greatest
        first = integers.first
        last = integers.last
    }
}

/// The parts of a frame, and where in the grid of bounds the search stands.
public struct IntegerParts: Sendable {
    public var parts: Span<IntegerPart> {
        @_lifetime(borrow self) borrowing get { memory.span.extracting(first: count) }
    }
    /// Kept from frame to frame; the first ``count`` count.
    private var memory: [IntegerPart] = []
    private var count = 0
    /// The position of the first part in its frame.
    private var start = 0
    /// The bucket that the newest part fell into; later ones are at or behind it.
    public var bucket = 0
    /// The one quality of all samples.
    public internal(set) var quality: UInt8 = 0

    public init() {}

    /// Takes one part alone.
    mutating func set(_ part: IntegerPart) {
        makeRoom(1)
        memory[0] = part
        count = 1
    }

    private mutating func makeRoom(_ needed: Int) {
        if memory.count < needed {
            memory.append(
                contentsOf: repeatElement(IntegerPart(), count: needed - memory.count))
        }
    }

    /// The bucket of a time that does not lie before bound `start`; the last one for times behind
    /// all bounds.
    public static func bucket(of time: Int64, _ bounds: Span<Int64>, from start: Int) -> Int {
        if bounds[start + 1] > time { return start }
        // Neighbouring buckets are the rule, so the search widens from where it stands.
        var step = 1
        var low = start + 1
        while low + step < bounds.count, bounds[low + step] <= time {
            low += step
            step *= 2
        }
        var high = min(low + step, bounds.count)
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if bounds[middle] <= time { low = middle } else { high = middle }
        }
        return min(low, bounds.count - 2)
    }
}

/// The ascending times of a frame, whatever they are made of.
protocol FrameTimes {
    associatedtype Element
    mutating func time(_ position: Int, _ column: Span<Element>) -> Int64
    /// The first of `count` samples at or after a time, from `position` on; best a `guess` further.
    mutating func firstPosition(
        atOrAfter edge: Int64, from position: Int, count: Int, guess: Int, _ column: Span<Element>
    ) -> Int
}

extension IntegerParts {
    /// Cuts `samples` times at bounds; the sums of the parts are still to be made.
    mutating func cut<Times: FrameTimes>(
        _ samples: Int, at bounds: Span<Int64>, _ times: inout Times, _ column: Span<Times.Element>
    ) {
        makeRoom(min(samples, bounds.count - 1))
        let last = bounds[bounds.count - 1]
        var bucket = bucket
        var position = 0
        var time = times.time(0, column)
        if time < bounds[0] {
            position = times.firstPosition(
                atOrAfter: bounds[0], from: 0, count: samples, guess: 0, column)
            if position < samples { time = times.time(position, column) }
        }
        start = position
        var made = 0
        var length = 0
        var memory = memory.mutableSpan
        while position < samples, time < last {
            if bounds[bucket + 1] <= time {
                bucket = IntegerParts.bucket(of: time, bounds, from: bucket)
            }
            let end = times.firstPosition(
                atOrAfter: bounds[bucket + 1], from: position, count: samples, guess: length,
                column)
            memory[made].bucket = bucket
            memory[made].count = end &- position
            memory[made].firstTime = time
            memory[made].lastTime = times.time(end &- 1, column)
            made &+= 1
            length = end &- position
            position = end
            if end < samples { time = times.time(end, column) }
        }
        count = made
        self.bucket = bucket
    }

    mutating func sum(_ integers: Span<Int32>, within reach: Int64) {
        let count = count
        var position = start
        var memory = memory.mutableSpan
        for index in 0..<count {
            let end = position &+ memory[index].count
            memory[index].set(SumKernels.summarize(integers, position..<end, within: reach))
            position = end
        }
    }

    mutating func sum(_ runs: Span<IntegerRuns.Run>) {
        let count = count
        var position = start
        var current = 0
        var memory = memory.mutableSpan
        for index in 0..<count {
            let end = position &+ memory[index].count
            memory[index].set(IntegerRuns.summarize(runs, position..<end, from: &current))
            position = end
        }
    }
}
