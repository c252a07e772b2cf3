/// Finds the reference over which a column of integers packs into the fewest bytes.
struct ReferenceChooser: Sendable {
    private var sample: [Int64] = []
    /// Parts of 128 of the sample that lie below a reference worth trying.
    private static let quantiles = [0, 1, 3, 6, 12, 24, 48, 64]
    private static let sampleCountMax = 256

    struct Choice {
        var reference: Int64
        var byteCount: Int
    }

    /// The reference for `values`, and an estimate of what they take then.
    mutating func choose(
        _ values: [Int64], _ range: Range<Int>, isDelta: Bool, with writer: inout PackedWriter
    ) -> Choice {
        takeSample(values, range, isDelta: isDelta)
        let stride = range.count > 8 * PackedGroup.valueCountMax ? 4 : 1
        var best = Choice(reference: 0, byteCount: PackedWriter.impossible)
        func attempt(_ reference: Int64, _ writer: inout PackedWriter) -> Bool {
            let bytes = writer.byteCount(
                values, range, reference: reference, isDelta: isDelta, stride: stride)
            guard bytes < best.byteCount else { return false }
            best = Choice(reference: reference, byteCount: bytes)
            return true
        }
        var last: Int64?
        for quantile in ReferenceChooser.quantiles {
            let reference = sample[quantile * (sample.count - 1) / 128]
            if reference == last { continue }
            last = reference
            _ = attempt(reference, &writer)
        }
        // The sample misses what is rare: look next to the best of it too.
        for step in [-1, 1] as [Int64] {
            while attempt(best.reference &+ step, &writer) {}
        }
        return best
    }

    /// About how many bits most of `values` differ in, from a sample of them.
    mutating func spreadBitCount(_ values: [Int64], _ range: Range<Int>, isDelta: Bool) -> Int {
        takeSample(values, range, isDelta: isDelta)
        let low = sample[sample.count / 16]
        let high = sample[sample.count - 1 - sample.count / 16]
        return 64 - (high &- low).leadingZeroBitCount
    }

    private mutating func takeSample(_ values: [Int64], _ range: Range<Int>, isDelta: Bool) {
        sample.removeAll(keepingCapacity: true)
        let step = max(1, range.count / ReferenceChooser.sampleCountMax)
        // The first of a column of differences says nothing.
        let first = range.lowerBound + (isDelta && range.count > 1 ? 1 : 0)
        for i in stride(from: first, to: range.upperBound, by: step) { sample.append(values[i]) }
        sample.sort()
    }
}
