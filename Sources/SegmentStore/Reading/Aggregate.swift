import ColumnCodec
public import TimeSeriesModel

/// What a span of samples amounts to.
///
/// Covers the usable (good or uncertain) samples with finite values; bad ones are only counted. The
/// same answer has the same bits, whether it was taken from stored statistics or decoded.
public struct Aggregate: Sendable {
    /// Usable samples with finite values.
    public private(set) var count = 0
    /// Samples whose quality is bad.
    public private(set) var badCount = 0
    private var partialSum = 0.0
    private var compensation = 0.0
    private var low = 0.0
    private var high = 0.0
    private var firstValue = 0.0
    private var lastValue = 0.0
    private var earliest: Int64 = 0
    private var latest: Int64 = 0

    public init() {}

    /// The sum; 0 where there is nothing to add. Exact for scaled decimals of one chunk, and within
    /// one rounding a chunk beyond.
    public var sum: Double { partialSum + compensation }
    public var mean: Double? { count > 0 ? sum / Double(count) : nil }
    public var minimum: Double? { count > 0 ? low : nil }
    public var maximum: Double? { count > 0 ? high : nil }
    public var first: Double? { count > 0 ? firstValue : nil }
    public var last: Double? { count > 0 ? lastValue : nil }
    public var firstTime: Timestamp? { count > 0 ? Timestamp(rawValue: earliest) : nil }
    public var lastTime: Timestamp? { count > 0 ? Timestamp(rawValue: latest) : nil }

    /// Adds the statistics of a part; parts come in time order.
    mutating func add(_ part: ChunkStatistics) {
        badCount += part.badCount
        guard part.finiteCount > 0 else { return }
        if count == 0 {
            low = part.minimum
            high = part.maximum
            earliest = part.firstTime
            firstValue = part.first
        } else {
            if part.minimum.isTotallyOrdered(below: low) { low = part.minimum }
            if high.isTotallyOrdered(below: part.maximum) { high = part.maximum }
        }
        latest = part.lastTime
        lastValue = part.last
        count += part.finiteCount
        add(part.sum)
    }

    /// Adds a part that was summed up as integers; the same as by its statistics.
    mutating func add(_ part: IntegerPart, _ divisor: Double) {
        let low = Double(part.least) / divisor
        let high = Double(part.greatest) / divisor
        if count == 0 {
            self.low = low
            self.high = high
            earliest = part.firstTime
            firstValue = Double(part.first) / divisor
        } else {
            if low.isTotallyOrdered(below: self.low) { self.low = low }
            if self.high.isTotallyOrdered(below: high) { self.high = high }
        }
        latest = part.lastTime
        lastValue = Double(part.last) / divisor
        count += part.count
        add(Double(part.sum) / divisor)
    }

    /// Neumaier's summation: what a rounding loses is kept and added at the end.
    private mutating func add(_ value: Double) {
        let total = partialSum + value
        guard total.isFinite else {
            partialSum = total
            compensation = 0
            return
        }
        compensation +=
            abs(partialSum) >= abs(value)
            ? (partialSum - total) + value : (value - total) + partialSum
        partialSum = total
    }
}

extension Double {
    /// Less, where −0 is less than +0.
    fileprivate func isTotallyOrdered(below other: Double) -> Bool {
        self < other || (self == other && sign == .minus && other.sign == .plus)
    }
}
