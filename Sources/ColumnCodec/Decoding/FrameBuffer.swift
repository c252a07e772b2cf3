/// The columns of a frame that a caller wants decoded.
public struct FrameColumns: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let times = FrameColumns(rawValue: 1)
    public static let values = FrameColumns(rawValue: 2)
    public static let qualities = FrameColumns(rawValue: 4)
    public static let all: FrameColumns = [.times, .values, .qualities]
}

/// One sample out of a frame.
public struct DecodedSample: Sendable {
    public var time: Int64
    public var value: Double
    public var quality: UInt8

    public init(time: Int64, value: Double, quality: UInt8) {
        self.time = time
        self.value = value
        self.quality = quality
    }
}

/// A decoded frame, and the memory that decoding needs.
///
/// Reuse one buffer for many frames: it grows to the largest and allocates nothing after that.
public struct FrameBuffer: Sendable {
    /// Samples of the frame.
    public internal(set) var count = 0
    /// Empty where the column was not asked for, else ``count`` elements; so are the other two.
    public internal(set) var times: [Int64] = []
    public internal(set) var values: [Double] = []
    public internal(set) var qualities: [UInt8] = []
    /// The one quality of all samples, where the frame was decoded with its qualities and has one.
    public internal(set) var uniformQuality: UInt8?

    /// The integers behind the values of a scaled codec, where it has one.
    var integers = IntegerColumn()
    /// Values that no integer stands for: ascending positions in the frame.
    var exceptionPositions: [Int] = []
    /// A second column of packed integers: residuals of times, ulps of ratios.
    var secondary = IntegerColumn()
    /// Where the times of a frame lie, where they are computed and not stored.
    var clock = FrameClock()
    var runs = IntegerRuns()
    /// A column as it was before LZ4.
    var unpacked: [UInt8] = []

    public init() {}

    public var timeSpan: Span<Int64> { @_lifetime(borrow self) borrowing get { times.span } }
    public var valueSpan: Span<Double> { @_lifetime(borrow self) borrowing get { values.span } }
    public var qualitySpan: Span<UInt8> {
        @_lifetime(borrow self) borrowing get { qualities.span }
    }
}

extension FrameBuffer {
    /// Columns that were never encoded, in the form in which decoded ones are lent.
    public init(_ columns: SampleColumns) {
        self.init()
        count = columns.count
        times = columns.times
        values = columns.values
        qualities = columns.qualities
    }
}
