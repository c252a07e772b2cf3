/// Chooses and writes the codec of a time column. Owns its memory.
struct TimeEncoder: Sendable {
    /// Differences in units of their greatest common divisor; the first is 0.
    private var deltas: [Int64] = []
    private var slots = SlotColumn()
    private var jittered = SlotColumn()
    private var packer = PackedWriter()
    private var chooser = ReferenceChooser()

    /// What the differences have in common.
    private struct Differences {
        var unit: Int64
        var least: Int64
        var greatest: Int64
    }

    private enum Choice {
        case regular(step: Int64)
        case grid
        case jittered(MixedRadix?)
        case delta(reference: Int64)
        case varints, raw
    }

    /// - Parameter positions: where the frames begin, in the unit of the codec's directory.
    mutating func encode(
        _ times: [Int64], _ range: Range<Int>, _ limits: ChunkLimits, _ scratch: inout [UInt8],
        into column: inout EncodedColumn, positions: inout [Int64]
    ) {
        let differences = takeDifferences(times, range)
        let choice = choose(times, range, differences)
        let isWritten = write(
            choice, differences, times, range, limits, &scratch, into: &column, &positions)
        // An estimate from some groups may promise what the others do not keep.
        guard !isWritten else { return }
        _ = write(.raw, differences, times, range, limits, &scratch, into: &column, &positions)
    }

    /// - Returns: whether all differences could be packed.
    private mutating func write(
        _ choice: Choice, _ differences: Differences, _ times: [Int64], _ range: Range<Int>,
        _ limits: ChunkLimits, _ scratch: inout [UInt8], into column: inout EncodedColumn,
        _ positions: inout [Int64]
    ) -> Bool {
        begin(choice, differences, &column)
        positions.removeAll(keepingCapacity: true)
        if case .regular = choice { return true }
        for frame in 0..<limits.frameCount(ofSamples: range.count) {
            let samples = limits.samples(ofFrame: frame, of: range.count)
            positions.append(position(choice, differences, times, range, samples.lowerBound))
            guard writeFrame(choice, times, range, samples, &column.bytes) else { return false }
            column.endFrame(&scratch)
        }
        return true
    }

    /// Where a frame begins, in the unit of the codec's directory.
    private func position(
        _ choice: Choice, _ differences: Differences, _ times: [Int64], _ range: Range<Int>,
        _ first: Int
    ) -> Int64 {
        let elapsed = times[range.lowerBound + first] - times[range.lowerBound]
        return switch choice {
        case .regular, .raw: elapsed
        case .grid: slots.slots[first]
        case .jittered: jittered.slots[first]
        case .delta, .varints: elapsed / max(differences.unit, 1)
        }
    }

    /// - Returns: whether the frame could be written.
    private mutating func writeFrame(
        _ choice: Choice, _ times: [Int64], _ range: Range<Int>, _ samples: Range<Int>,
        _ bytes: inout [UInt8]
    ) -> Bool {
        switch choice {
        case .regular: return true
        case .grid: slots.appendGaps(samples, to: &bytes)
        case .jittered(let radix):
            jittered.appendGaps(samples, to: &bytes)
            if let radix {
                radix.append(jittered.residuals, samples, to: &bytes)
                return true
            }
            return packer.append(
                jittered.residuals, samples, reference: 0, isDelta: false, to: &bytes)
        case .delta(let reference):
            return packer.append(deltas, samples, reference: reference, isDelta: true, to: &bytes)
        case .varints:
            for i in samples.dropFirst() { bytes.appendVarint(UInt64(deltas[i])) }
        case .raw:
            for i in samples { bytes.appendLittleEndian(times[range.lowerBound + i]) }
        }
        return true
    }

    private mutating func takeDifferences(
        _ times: [Int64], _ range: Range<Int>
    ) -> Differences {
        WidthKernels.differences(times, range, into: &deltas)
        var result = Differences(unit: 0, least: .max, greatest: 0)
        var last: Int64 = 0
        for i in 1..<max(range.count, 1) {
            let delta = deltas[i]
            if delta == last { continue }
            last = delta
            result.least = min(result.least, delta)
            result.greatest = max(result.greatest, delta)
            if result.unit != 1 { result.unit = delta.greatestCommonDivisor(result.unit) }
        }
        if result.unit > 1 {
            for i in 1..<range.count {
                deltas[i] = deltas[i] == result.unit ? 1 : deltas[i] / result.unit
            }
        }
        return result
    }

    private mutating func choose(
        _ times: [Int64], _ range: Range<Int>, _ differences: Differences
    ) -> Choice {
        let count = range.count
        guard count > 1 else { return .regular(step: 0) }
        guard differences.least < differences.greatest else {
            return .regular(step: differences.unit)
        }
        slots.takeGrid(deltas, count: count)
        var best = (choice: Choice.grid, byteCount: slots.gapByteCount)
        // Gaps that take next to nothing need no rival.
        if best.byteCount * 32 < count { return best.choice }
        func offer(_ choice: Choice, _ byteCount: Int) {
            if byteCount < best.byteCount { best = (choice, byteCount) }
        }
        offer(.raw, 8 * count)
        if count < 256 {
            offer(.varints, deltas[1..<count].reduce(0) { $0 + UInt64($1).varintByteCount })
        }
        let packed = chooser.choose(deltas, 0..<count, isDelta: true, with: &packer)
        // The reference is written as an unsigned number.
        if packed.reference >= 0 {
            offer(.delta(reference: packed.reference), packed.byteCount)
        }
        let bytes = jittered.takeJittered(times, range, against: packed.byteCount, with: &packer)
        if bytes < best.byteCount {
            best = (.jittered(jittered.mixedRadix(against: &packer)), bytes)
        }
        return best.choice
    }

    private func begin(
        _ choice: Choice, _ differences: Differences, _ column: inout EncodedColumn
    ) {
        switch choice {
        case .regular(let step):
            column.begin(TimeCodec.regular.rawValue)
            column.shared.appendVarint(UInt64(step))
        case .grid:
            column.begin(TimeCodec.grid.rawValue)
            column.shared.appendVarint(UInt64(differences.unit))
        case .jittered(let radix):
            let codec = radix == nil ? TimeCodec.jitteredGrid : .jitteredGridMixedRadix
            column.begin(codec.rawValue)
            column.shared.appendVarint(UInt64(jittered.step))
            column.shared.appendVarint(UInt64(jittered.unit))
            column.shared.appendSVarint(-jittered.residuals[0])
            if let radix {
                column.shared.append(UInt8(radix.width))
                column.shared.append(UInt8(radix.base))
            }
        case .delta(let reference):
            column.begin(TimeCodec.delta.rawValue)
            column.shared.appendVarint(UInt64(differences.unit))
            column.shared.appendVarint(UInt64(reference))
        case .varints:
            column.begin(TimeCodec.deltaVarints.rawValue)
            column.shared.appendVarint(UInt64(differences.unit))
        case .raw: column.begin(TimeCodec.raw.rawValue)
        }
    }
}

extension Int64 {
    /// Of two numbers that are not negative; that of 0 and a number is the number.
    func greatestCommonDivisor(_ other: Int64) -> Int64 {
        var (a, b) = (other, self)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
