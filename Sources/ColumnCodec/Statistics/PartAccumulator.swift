/// Aggregates one part: the samples of one chunk inside a range, or a run of plain columns.
///
/// The sum of a part does not depend on how its samples were handed in, only on which they are and on
/// the codec of their chunk. Decimals are added as integers, exactly, and divided once. All else is
/// added in eight lanes, by position in the part modulo 8, which are folded in a fixed order. So an
/// index entry, a decoded chunk and a pushed-down answer agree bit for bit.
public struct PartAccumulator: Sendable {
    /// Samples handed in, usable or not: the position in the part.
    private var position = 0
    /// Sums of all usable finite doubles by position modulo 8.
    private var lanes = SIMD8<Double>()
    /// Sums of the exceptions alone, which no integer stands for.
    private var exceptionLanes = SIMD8<Double>()
    private var hasExceptions = false
    /// At most 8,192 · 2^49 in size: it cannot overflow.
    private var integerSum: Int64 = 0
    /// The form of the integers, while every sample came with one.
    private var form: ScaledForm?
    private var isPlain = false
    /// Whether samples came as integers alone, so that the lanes do not know them.
    private var hasIntegersAlone = false

    private var firstTime = Int64.max
    private var lastTime = Int64.min
    private var first = Double.nan
    private var last = Double.nan
    /// Places in the order of all doubles, −0 below +0.
    private var least = Int64.max
    private var greatest = Int64.min
    private var usableCount = 0
    private var badCount = 0
    private var nonFiniteCount = 0
    private var qualityUnion: UInt8 = 0

    public init() {}

    /// Adds decoded samples. The frame was decoded with all columns; every call of one accumulator
    /// names the same chunk's layout.
    public mutating func add(
        _ buffer: FrameBuffer, positions: Range<Int>, of layout: ChunkLayout
    ) {
        precondition(
            buffer.times.count == buffer.count && buffer.values.count == buffer.count
                && buffer.qualities.count == buffer.count, "all columns of the frame are decoded")
        guard !positions.isEmpty else { return }
        form = layout.exactForm
        guard form != nil else {
            isPlain = true
            return add(buffer.times, buffer.values, buffer.qualities, positions)
        }
        guard let quality = buffer.uniformQuality,
            quality & ChunkStatistics.badQualityFlags == 0
        else { return addMixed(buffer, positions) }
        var start = positions.lowerBound
        for exception in buffer.exceptionPositions where positions.contains(exception) {
            addDecimals(buffer, start..<exception, quality)
            addMixed(buffer, exception..<exception + 1)
            start = exception + 1
        }
        addDecimals(buffer, start..<positions.upperBound, quality)
    }

    /// Adds samples of one quality as the integers behind them, whose sum with all others of the
    /// chunk stays within 2^53: ``ChunkLayout/sumsStayExact(_:)``.
    public mutating func add(_ part: IntegerPart, quality: UInt8, of layout: ChunkLayout) {
        form = layout.exactForm
        hasIntegersAlone = true
        integerSum &+= part.sum
        guard let form else { return }
        least = min(least, form.value(of: part.least).order)
        greatest = max(greatest, form.value(of: part.greatest).order)
        if firstTime == .max {
            firstTime = part.firstTime
            first = form.value(of: part.first)
        }
        lastTime = part.lastTime
        last = form.value(of: part.last)
        usableCount += part.count
        qualityUnion |= quality
        position += part.count
    }

    /// Adds plain columns, as of heads and of runs where sources interleave.
    public mutating func add(_ columns: SampleColumns, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        isPlain = true
        add(columns.times, columns.values, columns.qualities, range)
    }

    /// Adds one sample that comes from no chunk.
    public mutating func add(time: Int64, value: Double, quality: UInt8) {
        isPlain = true
        _ = note(time, value, quality)
    }

    /// What was added so far. First and last time are those of the usable finite samples; with none
    /// of these they are an empty range.
    public func finish() -> ChunkStatistics {
        var statistics = ChunkStatistics()
        statistics.usableCount = usableCount
        statistics.badCount = badCount
        statistics.nonFiniteCount = nonFiniteCount
        statistics.hasNonFinite = nonFiniteCount > 0
        statistics.qualityUnion = qualityUnion
        guard statistics.finiteCount > 0 else { return statistics }
        statistics.firstTime = firstTime
        statistics.lastTime = lastTime
        statistics.first = first
        statistics.last = last
        statistics.minimum = Double(order: least)
        statistics.maximum = Double(order: greatest)
        (statistics.sum, statistics.sumIsExactDecimal) = sum
        return statistics
    }

    /// Up to 2^53 the sum of the integers is a double without rounding, so that one division rounds
    /// once.
    private var sum: (Double, isExact: Bool) {
        guard let form, !isPlain, hasIntegersAlone || integerSum.magnitude <= 1 << 53 else {
            return (lanes.folded, false)
        }
        let decimal = Double(integerSum) / form.divisor
        return hasExceptions ? (decimal + exceptionLanes.folded, false) : (decimal, true)
    }
}

extension PartAccumulator {
    /// Samples that are all usable decimals: the usual case, and a fast one.
    private mutating func addDecimals(
        _ buffer: FrameBuffer, _ positions: Range<Int>, _ quality: UInt8
    ) {
        guard !positions.isEmpty else { return }
        let integers =
            buffer.integers.form == .narrow
            ? SumKernels.summarize(buffer.integers.narrow, positions)
            : SumKernels.summarize(buffer.integers.wide, positions)
        SumKernels.addLanes(buffer.values, positions, position: position, to: &lanes)
        integerSum += integers.sum
        if let form {
            least = min(least, form.value(of: integers.least).order)
            greatest = max(greatest, form.value(of: integers.greatest).order)
        }
        if firstTime == .max {
            firstTime = buffer.times[positions.lowerBound]
            first = buffer.values[positions.lowerBound]
        }
        lastTime = buffer.times[positions.upperBound - 1]
        last = buffer.values[positions.upperBound - 1]
        usableCount += positions.count
        qualityUnion |= quality
        position += positions.count
    }

    /// Decimals among bad samples and exceptions.
    private mutating func addMixed(_ buffer: FrameBuffer, _ positions: Range<Int>) {
        var exceptions = buffer.exceptionPositions.drop { $0 < positions.lowerBound }
        for i in positions {
            let lane = position % 8
            let value = buffer.values[i]
            let isException = exceptions.first == i
            if isException { exceptions = exceptions.dropFirst() }
            guard note(buffer.times[i], value, buffer.qualities[i]) else { continue }
            if isException {
                exceptionLanes[lane] += value
                hasExceptions = true
            } else {
                integerSum += buffer.integers[i]
            }
        }
    }

    private mutating func add(
        _ times: [Int64], _ values: [Double], _ qualities: [UInt8], _ range: Range<Int>
    ) {
        for i in range { _ = note(times[i], values[i], qualities[i]) }
    }

    /// Takes one sample into everything but the sum of integers.
    /// - Returns: whether it is usable and finite.
    @inline(__always)
    private mutating func note(_ time: Int64, _ value: Double, _ quality: UInt8) -> Bool {
        let lane = position & 7
        position += 1
        qualityUnion |= quality
        guard quality & ChunkStatistics.badQualityFlags == 0 else {
            badCount += 1
            return false
        }
        usableCount += 1
        guard value.isFinite else {
            nonFiniteCount += 1
            return false
        }
        lanes[lane] += value
        let order = value.order
        least = min(least, order)
        greatest = max(greatest, order)
        if firstTime == .max {
            firstTime = time
            first = value
        }
        lastTime = time
        last = value
        return true
    }
}

extension SIMD8<Double> {
    /// The sum of the lanes, in the one order that every sum of a part uses.
    fileprivate var folded: Double {
        ((self[0] + self[1]) + (self[2] + self[3])) + ((self[4] + self[5]) + (self[6] + self[7]))
    }
}

extension Double {
    /// Its place in the numerical order of all doubles, −0 below +0.
    fileprivate var order: Int64 {
        let bits = Int64(bitPattern: bitPattern)
        return bits >= 0 ? bits : ~(bits & .max)
    }

    fileprivate init(order: Int64) {
        self.init(bitPattern: order >= 0 ? UInt64(order) : UInt64(bitPattern: ~order) | 1 << 63)
    }
}
