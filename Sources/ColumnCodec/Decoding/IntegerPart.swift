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
}

/// The parts of a frame, and where in the grid of bounds the search stands.
public struct IntegerParts: Sendable {
    public internal(set) var parts: [IntegerPart] = []
    /// The bucket that the newest part fell into; later ones are at or behind it.
    public var bucket = 0
    /// The one quality of all samples.
    public internal(set) var quality: UInt8 = 0

    public init() {}

    mutating func begin() { parts.removeAll(keepingCapacity: true) }

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
