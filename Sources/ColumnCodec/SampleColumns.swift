/// Samples as three columns of the same length, in the order they were appended.
///
/// Values are bit patterns: payloads of NaN and the sign of zero are kept.
public struct SampleColumns: Sendable {
    /// Milliseconds since 1970 UTC.
    public private(set) var times: [Int64] = []
    public private(set) var values: [Double] = []
    public private(set) var qualities: [UInt8] = []

    public init() {}

    /// Takes over whole columns.
    ///
    /// - Precondition: the three have the same length.
    public init(times: [Int64], values: [Double], qualities: [UInt8]) {
        precondition(
            times.count == values.count && times.count == qualities.count,
            "columns have one element a sample")
        self.times = times
        self.values = values
        self.qualities = qualities
    }

    public var count: Int { times.count }
    public var isEmpty: Bool { times.isEmpty }

    /// Makes room for `capacity` samples in all.
    public mutating func reserve(_ capacity: Int) {
        times.reserveCapacity(capacity)
        values.reserveCapacity(capacity)
        qualities.reserveCapacity(capacity)
    }

    public mutating func append(time: Int64, value: Double, quality: UInt8) {
        times.append(time)
        values.append(value)
        qualities.append(quality)
    }

    public mutating func append(contentsOf other: SampleColumns, _ range: Range<Int>) {
        times.append(contentsOf: other.times[range])
        values.append(contentsOf: other.values[range])
        qualities.append(contentsOf: other.qualities[range])
    }

    public mutating func append(contentsOf other: SampleColumns) {
        append(contentsOf: other, 0..<other.count)
    }

    /// The samples of a decoded frame at `positions`. The frame was decoded with all its columns.
    public mutating func append(contentsOf frame: FrameBuffer, _ positions: Range<Int>) {
        times.append(contentsOf: frame.times[positions])
        values.append(contentsOf: frame.values[positions])
        qualities.append(contentsOf: frame.qualities[positions])
    }

    public mutating func removeAll(keepingCapacity: Bool = false) {
        times.removeAll(keepingCapacity: keepingCapacity)
        values.removeAll(keepingCapacity: keepingCapacity)
        qualities.removeAll(keepingCapacity: keepingCapacity)
    }

    /// Whether both hold the same samples bit for bit: NaN equals itself, −0 differs from +0.
    public static func hasSameBits(_ a: SampleColumns, _ b: SampleColumns) -> Bool {
        guard a.times == b.times, a.qualities == b.qualities, a.values.count == b.values.count
        else { return false }
        return a.values.indices.allSatisfy { a.values[$0].bitPattern == b.values[$0].bitPattern }
    }
}
