/// Chooses and writes the codec of a value column.
///
/// Finds what the values are, estimates, writes a few frames in each codec that may win, and all
/// frames in the one that does. Owns its memory.
struct ValueEncoder: Sendable {
    var finder = ScaleFinder()
    var ratio = RatioColumn()
    var rank = RankColumn()
    var orders: [Int64] = []
    var deltas: [Int64] = []
    var rankDeltas: [Int64] = []
    var orderDeltas: [Int64] = []
    var ratioDeltas: [Int64] = []
    var packer = PackedWriter()
    private var chooser = ReferenceChooser()
    var trial = EncodedColumn()
    private var candidates: [Candidate] = []

    /// A codec that may win, with what it needs.
    struct Candidate {
        var codec: ValueCodec
        var reference: Int64 = 0
        var byteCount = 0
    }

    /// Bits a value above which decimals are no good description and others are tried too.
    private static let poorBitCount = 10
    /// A codec whose trial is so many percent above the best is not written in full.
    private static let closePercent = 10
    /// Varints are slower than packed integers: they must be so many percent smaller.
    private static let varintPercent = 6

    mutating func encode(
        _ values: [Double], _ range: Range<Int>, _ limits: ChunkLimits, hint: inout ScaleHint,
        _ scratch: inout [UInt8], into column: inout EncodedColumn
    ) {
        let first = values[range.lowerBound].bitPattern
        guard range.contains(where: { values[$0].bitPattern != first }) else {
            column.begin(ValueCodec.constant.rawValue)
            column.shared.appendLittleEndian(first)
            return
        }
        candidates.removeAll(keepingCapacity: true)
        nominate(values, range, &hint)
        let frames = 0..<limits.frameCount(ofSamples: range.count)
        if candidates.count > 1 {
            let some = frames.count > 3 ? [frames.count / 3, frames.count * 2 / 3] : Array(frames)
            var fewest = Int.max
            for i in candidates.indices {
                write(candidates[i], values, range, limits, some, &scratch)
                candidates[i].byteCount = cost(candidates[i], some.count, of: frames.count, range)
                fewest = min(fewest, candidates[i].byteCount)
            }
            let bound = fewest + fewest / 100 * ValueEncoder.closePercent
            candidates.removeAll { $0.byteCount > bound }
        }
        var fewest = Int.max
        for candidate in candidates {
            write(candidate, values, range, limits, Array(frames), &scratch)
            let bytes = cost(candidate, frames.count, of: frames.count, range)
            if bytes < fewest {
                fewest = bytes
                swap(&trial, &column)
            }
        }
        if fewest >= ValueEncoder.impossible {
            write(Candidate(codec: .raw64), values, range, limits, Array(frames), &scratch)
            swap(&trial, &column)
        }
    }

    private static let impossible = Int.max / 2

    /// What the trial says the candidate takes in all frames.
    private func cost(
        _ candidate: Candidate, _ some: Int, of all: Int, _ range: Range<Int>
    ) -> Int {
        guard trial.frames.count == some else { return ValueEncoder.impossible }
        let frameBytes = trial.byteCount - trial.shared.count
        let bytes = trial.shared.count + frameBytes * all / some
        guard candidate.codec == .scaledVarints, range.count >= 256 else { return bytes }
        return bytes + bytes * ValueEncoder.varintPercent / 100
    }
}

extension ValueEncoder {
    /// Fills ``candidates``.
    private mutating func nominate(
        _ values: [Double], _ range: Range<Int>, _ hint: inout ScaleHint
    ) {
        let count = range.count
        let isScaled = finder.find(values, range, hint: hint.form)
        if isScaled {
            hint.form = finder.best.form
            hint.form?.hasExceptions = false
            nominateScaled(count)
        }
        let bits = isScaled ? finder.best.bitCount : .max
        guard bits / count > ValueEncoder.poorBitCount else { return }
        nominateFloats(values, range)
        if ratio.take(values, range) {
            WidthKernels.differences(ratio.integers, 0..<count, into: &ratioDeltas)
            let choice = chooser.choose(
                ratioDeltas, 0..<count, isDelta: true, with: &packer)
            candidates.append(Candidate(codec: .ratio, reference: choice.reference))
        }
    }

    private mutating func nominateScaled(_ count: Int) {
        let integers = finder.best.integers
        WidthKernels.differences(integers, 0..<count, into: &deltas)
        let packed = chooser.choose(deltas, 0..<count, isDelta: true, with: &packer)
        candidates.append(Candidate(codec: .scaledDelta, reference: packed.reference))
        let spread = chooser.spreadBitCount(integers, 0..<count, isDelta: false)
        if spread <= 2 + chooser.spreadBitCount(deltas, 0..<count, isDelta: true) {
            let plain = chooser.choose(integers, 0..<count, isDelta: false, with: &packer)
            candidates.append(Candidate(codec: .scaled, reference: plain.reference))
        }
        candidates.append(Candidate(codec: .scaledVarints))
        let changes = (1..<max(count, 1)).count { deltas[$0] != 0 }
        if 2 * changes < count { candidates.append(Candidate(codec: .runs)) }
        let isCostly = packed.byteCount > count / 2
        if isCostly, rank.take(integers, count: count) {
            WidthKernels.differences(rank.ranks, 0..<count, into: &rankDeltas)
            let choice = chooser.choose(rankDeltas, 0..<count, isDelta: true, with: &packer)
            candidates.append(Candidate(codec: .rank, reference: choice.reference))
        }
    }

    private mutating func nominateFloats(_ values: [Double], _ range: Range<Int>) {
        let areFloats = range.allSatisfy {
            Double(Float(values[$0])).bitPattern == values[$0].bitPattern
        }
        guard areFloats else {
            candidates.append(Candidate(codec: .raw64))
            return
        }
        orders.removeAll(keepingCapacity: true)
        for i in range { orders.append(Int64(Float(values[i]).order)) }
        WidthKernels.differences(orders, 0..<range.count, into: &orderDeltas)
        let choice = chooser.choose(
            orderDeltas, 0..<range.count, isDelta: true, with: &packer)
        candidates.append(Candidate(codec: .float32, reference: choice.reference))
        candidates.append(Candidate(codec: .raw32))
    }
}
