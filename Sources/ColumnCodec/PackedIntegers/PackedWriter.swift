/// Packs columns of integers, each group at the width that takes the fewest bytes.
///
/// Owns the memory for one group; values are differences to the reference, modulo 2^64.
struct PackedWriter: Sendable {
    private var group = [UInt64](repeating: 0, count: PackedGroup.valueCountMax)
    /// How many values of the group have so many significant bits; negative ones, which are always
    /// patched, count by the bits of their complement.
    private var positive = [UInt16](repeating: 0, count: 65)
    private var negative = [UInt16](repeating: 0, count: 65)
    private var negativeCount = 0

    static let patchCountMax = 255
    /// What a column that cannot be packed is said to take.
    static let impossible = Int.max / 4

    /// Bytes that `values` take over `reference`, or ``impossible``. With a `stride` above 1 only
    /// each so many-th group is looked at and stands for the others.
    mutating func byteCount(
        _ values: [Int64], _ range: Range<Int>, reference: Int64, isDelta: Bool,
        stride step: Int = 1
    ) -> Int {
        var total = 0
        var looked = 0
        let width = PackedGroup.valueCountMax
        for start in stride(from: range.lowerBound, to: range.upperBound, by: width * step) {
            let part = start..<min(start + width, range.upperBound)
            load(values, part, reference, ignoringFirst: isDelta && start == range.lowerBound)
            let best = bestWidth()
            if best.byteCount >= PackedWriter.impossible { return PackedWriter.impossible }
            total += best.byteCount
            looked += part.count
        }
        return step == 1 ? total : total * range.count / max(looked, 1)
    }

    /// Appends `values` over `reference`. In a column of differences the first is ignored.
    /// - Returns: whether they could be packed.
    mutating func append(
        _ values: [Int64], _ range: Range<Int>, reference: Int64, isDelta: Bool,
        to bytes: inout [UInt8]
    ) -> Bool {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 256) {
            let part = start..<min(start + 256, range.upperBound)
            load(values, part, reference, ignoringFirst: isDelta && start == range.lowerBound)
            let best = bestWidth()
            guard best.byteCount < PackedWriter.impossible else { return false }
            appendGroup(width: best.width, count: part.count, to: &bytes)
        }
        return true
    }

    private mutating func appendGroup(width: Int, count: Int, to bytes: inout [UInt8]) {
        let head = bytes.count
        bytes.append(UInt8(width))
        bytes.append(0)
        PackedKernels.pack(group, at: 0, width: width, appendingTo: &bytes)
        var patches: UInt8 = 0
        for i in 0..<count where group[i] >> UInt64(width) != 0 {
            bytes.append(UInt8(i))
            bytes.appendSVarint(Int64(bitPattern: group[i]) >> Int64(width))
            patches += 1
        }
        bytes[head + 1] = patches
    }

    /// Takes the values of one group over the reference and counts their widths.
    private mutating func load(
        _ values: [Int64], _ range: Range<Int>, _ reference: Int64, ignoringFirst: Bool
    ) {
        for i in 0...64 {
            positive[i] = 0
            negative[i] = 0
        }
        WidthKernels.load(
            values, range, reference, ignoringFirst: ignoringFirst, into: &group, &positive,
            &negative)
        negativeCount = negative.reduce(0) { $0 + Int($1) }
    }

    /// The width that takes the fewest bytes, head included.
    private func bestWidth() -> (width: Int, byteCount: Int) {
        var greatest = 64
        while greatest > 0, positive[greatest] == 0 { greatest -= 1 }
        var best = (width: 0, byteCount: PackedWriter.impossible)
        var width = min(greatest, PackedGroup.widthMax)
        while width >= 0 {
            let (patches, bytes) = patchCost(width, greatest)
            let total = 2 + PackedGroup.rowByteCount * width + bytes
            if patches <= PackedWriter.patchCountMax, total < best.byteCount {
                best = (width, total)
            }
            // Narrower groups have no fewer patches, and each takes two bytes at least.
            if 2 * patches >= best.byteCount || patches > PackedWriter.patchCountMax { break }
            width -= 1
        }
        return best
    }

    /// Patches and their bytes at a width.
    private func patchCost(_ width: Int, _ greatest: Int) -> (count: Int, byteCount: Int) {
        var count = 0
        var bytes = 0
        if width < greatest {
            for bits in width + 1...greatest {
                let patches = Int(positive[bits])
                count += patches
                bytes += patches * (1 + PackedWriter.highByteCount(bits - width))
            }
        }
        guard negativeCount > 0 else { return (count, bytes) }
        for bits in 0...64 where negative[bits] > 0 {
            let patches = Int(negative[bits])
            count += patches
            bytes += patches * (1 + PackedWriter.highByteCount(max(bits - width, 0)))
        }
        return (count, bytes)
    }

    /// Bytes of a high part of so many bits as svarint, which has one bit more.
    private static func highByteCount(_ bits: Int) -> Int { max(1, (bits + 1 + 6) / 7) }
}
