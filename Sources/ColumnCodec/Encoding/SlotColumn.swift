/// Times as slots of a grid, and how far behind its slot each time lies.
struct SlotColumn: Sendable {
    private(set) var slots: [Int64] = []
    /// In units, the least is 0; empty on an exact grid.
    private(set) var residuals: [Int64] = []
    private(set) var step: Int64 = 1
    private(set) var unit: Int64 = 1

    private var trialSlots: [Int64] = []
    private var trialResiduals: [Int64] = []
    private var sample: [Int64] = []

    private static let sampleCount = 64
    private static let binCount = 64
    /// Steps that clocks and people use, in milliseconds.
    private static let niceSteps: [Int64] =
        [1, 2, 5, 10, 15, 20, 30].map { $0 * 1000 }
        + [1, 2, 3, 5, 6, 10, 12, 15, 20, 30].map { $0 * 60_000 }
        + [1, 2, 3, 4, 6, 8, 12, 24].map { $0 * 3_600_000 }

    /// Takes differences in steps as they are.
    mutating func takeGrid(_ deltas: [Int64], count: Int) {
        residuals.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
        var slot: Int64 = 0
        for i in 0..<count {
            slot += i == 0 ? 0 : deltas[i]
            slots.append(slot)
        }
    }

    /// The radix in which the residuals take clearly fewer bytes than packed: it is slower to read.
    func mixedRadix(against packer: inout PackedWriter) -> MixedRadix? {
        guard let greatest = residuals.max(), let radix = MixedRadix(holding: greatest) else {
            return nil
        }
        let packed = packer.byteCount(
            residuals, residuals.indices, reference: 0, isDelta: false)
        let byteCount = radix.byteCount(ofNumbers: residuals.count)
        return byteCount < packed - packed / 64 ? radix : nil
    }

    /// Bytes of the gaps, with a byte for the number of them.
    var gapByteCount: Int { SlotColumn.gapByteCount(slots) }

    /// Finds the step over which slots and residuals take the fewest bytes. The first that takes
    /// clearly less than `rival` will do.
    /// - Returns: these, or more than the raw times where no step fits.
    mutating func takeJittered(
        _ times: [Int64], _ range: Range<Int>, against rival: Int, with packer: inout PackedWriter
    ) -> Int {
        var best = PackedWriter.impossible
        for step in candidateSteps(times, range) {
            if best < rival - rival / 20 { break }
            guard let trialUnit = assign(times, range, step) else { continue }
            let bytes =
                packer.byteCount(
                    trialResiduals, 0..<range.count, reference: 0, isDelta: false)
                + SlotColumn.gapByteCount(trialSlots)
            guard bytes < best else { continue }
            best = bytes
            self.step = step
            unit = trialUnit
            swap(&slots, &trialSlots)
            swap(&residuals, &trialResiduals)
        }
        return best
    }

    /// varint gap count, then per gap varint index and varint extra slots.
    func appendGaps(_ samples: Range<Int>, to bytes: inout [UInt8]) {
        var gaps = 0
        for i in samples.dropFirst() where slots[i] - slots[i - 1] > 1 { gaps += 1 }
        bytes.appendVarint(gaps)
        var last = samples.lowerBound
        for i in samples.dropFirst() where slots[i] - slots[i - 1] > 1 {
            bytes.appendVarint(i - last)
            bytes.appendVarint(UInt64(slots[i] - slots[i - 1] - 1))
            last = i
        }
    }

    private static func gapByteCount(_ slots: [Int64]) -> Int {
        var bytes = 1
        var last = 0
        for i in slots.indices.dropFirst() where slots[i] - slots[i - 1] > 1 {
            bytes += UInt64(i - last).varintByteCount
            bytes += UInt64(slots[i] - slots[i - 1] - 1).varintByteCount
            last = i
        }
        return bytes
    }
}

extension SlotColumn {
    /// Nice steps near the median difference, the median, the mean.
    private mutating func candidateSteps(_ times: [Int64], _ range: Range<Int>) -> [Int64] {
        let count = range.count
        sample.removeAll(keepingCapacity: true)
        for i in 0..<min(SlotColumn.sampleCount, count - 1) {
            let at = range.lowerBound + 1 + i * (count - 1) / SlotColumn.sampleCount
            sample.append(times[at] - times[at - 1])
        }
        sample.sort()
        let median = sample[sample.count / 2]
        let mean = (times[range.upperBound - 1] - times[range.lowerBound]) / Int64(count - 1)
        var steps = SlotColumn.niceSteps.filter { abs($0 - median) <= median / 8 }
        for step in [median, mean] where step > 0 && !steps.contains(step) { steps.append(step) }
        return steps
    }

    /// Gives each time its slot, so that all residuals lie within one step: cuts the circle of
    /// residuals where the widest part of it is empty.
    /// - Returns: the unit of the residuals, or `nil` where two times share a slot.
    private mutating func assign(
        _ times: [Int64], _ range: Range<Int>, _ step: Int64
    ) -> Int64? {
        takeRemainders(times, range, step)
        let cut = widestGapEnd(step)
        let shift: Int64 = cut > 0 ? 1 : 0
        var least = Int64.max
        for i in trialSlots.indices {
            let isBefore = trialResiduals[i] < cut
            trialSlots[i] += isBefore ? shift - 1 : shift
            trialResiduals[i] += isBefore ? step : 0
            least = min(least, trialResiduals[i])
            if i > 0, trialSlots[i] <= trialSlots[i - 1] { return nil }
        }
        // The first time, residual 0, lies before any cut but 0: its slot is 0 either way.
        var unit: Int64 = 0
        for i in trialResiduals.indices {
            trialResiduals[i] -= least
            if unit != 1 { unit = trialResiduals[i].greatestCommonDivisor(unit) }
        }
        guard unit > 0 else { return nil }
        if unit > 1 { for i in trialResiduals.indices { trialResiduals[i] /= unit } }
        return unit
    }

    private mutating func takeRemainders(_ times: [Int64], _ range: Range<Int>, _ step: Int64) {
        trialSlots.removeAll(keepingCapacity: true)
        trialResiduals.removeAll(keepingCapacity: true)
        var slot: Int64 = 0
        var rest: Int64 = 0
        var last = times[range.lowerBound]
        for i in range {
            rest += times[i] - last
            last = times[i]
            if rest >= 4 * step {
                slot += rest / step
                rest %= step
            }
            while rest >= step {
                rest -= step
                slot += 1
            }
            trialSlots.append(slot)
            trialResiduals.append(rest)
        }
    }

    /// Where the occupied part of the circle begins.
    private func widestGapEnd(_ step: Int64) -> Int64 {
        let bins = SlotColumn.binCount
        let scale = Double(bins) / Double(step)
        var firstInBin = [Int64](repeating: .max, count: bins)
        for rest in trialResiduals {
            let bin = min(Int(Double(rest) * scale), bins - 1)
            firstInBin[bin] = min(firstInBin[bin], rest)
        }
        var widest = 0
        var end: Int64 = 0
        var run = 0
        for bin in 0..<2 * bins {
            let first = firstInBin[bin % bins]
            if first == .max {
                run += 1
            } else {
                if run > widest {
                    widest = run
                    end = first
                }
                run = 0
            }
        }
        return end
    }
}
