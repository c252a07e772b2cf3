/// How integers from 0 up to a bound are packed where the bound is far from a power of two: the low
/// bits of each as bits, and eight high parts together as one number to a base.
///
/// Bits alone cost up to one bit a number more than the bound asks for; this at most a third of one.
///
/// | group of 256 numbers | size |
/// |---|---|
/// | low bits, as in a packed group of that width | 32 · width |
/// | digits, four blocks of 64 numbers | 4 · bits of a word |
///
/// A number is low + digit · 2^width. In a block, word l holds the digits of the numbers l, 8 + l …
/// 56 + l, the first one highest, and the eight words lie one after the other as bits from the least
/// significant upwards: as many bytes as a word has bits. Places behind the last number hold 0.
struct MixedRadix: Hashable, Sendable {
    /// Bits of a number's low part.
    let width: Int
    /// What the digits count to, one of ``bases``.
    let base: Int

    static let widthMax = 24
    /// Odd, because a factor of 2 is a low bit. Larger ones come no closer than bits do.
    static let bases = [3, 5, 7, 9]
    static let digitCount = 8
    static let groupCount = 256

    init(width: Int, base: Int) throws(CodecError) {
        guard (0...MixedRadix.widthMax).contains(width), MixedRadix.bases.contains(base) else {
            throw .malformed(
                "mixed radix: found base \(base) over \(width) bits, expected 3, 5, 7 or 9 over at "
                    + "most \(MixedRadix.widthMax)")
        }
        self.width = width
        self.base = base
    }

    /// The one that takes the fewest bytes for numbers in 0...`greatest`, or `nil` where they are too
    /// large.
    init?(holding greatest: Int64) {
        var best: MixedRadix?
        for base in MixedRadix.bases {
            // As many low bits as it takes for the digits to reach the greatest.
            let quotient = greatest / Int64(base)
            let width = 64 - quotient.leadingZeroBitCount
            guard let candidate = try? MixedRadix(width: width, base: base) else { continue }
            if candidate.groupByteCount < best?.groupByteCount ?? .max { best = candidate }
        }
        guard let best else { return nil }
        self = best
    }

    /// One above the greatest number.
    var limit: Int64 { Int64(base) << Int64(width) }

    /// One above the greatest word of digits.
    var wordLimit: UInt64 {
        let square = UInt64(base * base)
        let fourth = square * square
        return fourth * fourth
    }

    /// Bits of a word of eight digits, and bytes of a block of eight words.
    var wordBitCount: Int { 64 - (wordLimit - 1).leadingZeroBitCount }

    var lowByteCount: Int { PackedGroup.rowByteCount * width }

    var groupByteCount: Int { lowByteCount + 4 * wordBitCount }

    func byteCount(ofNumbers count: Int) -> Int {
        PackedGroup.count(ofValues: count) * groupByteCount
    }

    /// Number `index` of a column of `count`, and leaves the reader behind the column.
    func number(
        _ reader: inout ByteReader, count: Int, at index: Int
    ) throws(CodecError) -> Int64 {
        let bytes = try reader.take(byteCount(ofNumbers: count))
        let group = try bytes.bytes(
            in: index / 256 * groupByteCount..<(index / 256 + 1) * groupByteCount)
        let place = index % 256
        let low = PackedKernels.value(
            group.extracting(0..<lowByteCount), width: width, at: place)
        let blocks = group.extracting(lowByteCount..<groupByteCount)
        let word = try MixedRadixKernels.word(blocks, self, block: place / 64, lane: place % 8)
        let digit = digits(of: word)[place % 64 / 8]
        return Int64(low) + Int64(digit) << Int64(width)
    }

    /// The digits of a word, the highest first.
    private func digits(of word: UInt64) -> SIMD8<UInt64> {
        var digits = SIMD8<UInt64>()
        var rest = word
        for row in stride(from: MixedRadix.digitCount - 1, through: 0, by: -1) {
            (rest, digits[row]) = rest.quotientAndRemainder(dividingBy: UInt64(base))
        }
        return digits
    }

    /// Appends numbers that all lie below ``limit``.
    func append(_ numbers: [Int64], _ range: Range<Int>, to bytes: inout [UInt8]) {
        var group = [UInt64](repeating: 0, count: MixedRadix.groupCount)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: group.count) {
            for i in 0..<group.count {
                let isInside = start + i < range.upperBound
                group[i] = isInside ? UInt64(numbers[start + i]) : 0
            }
            PackedKernels.pack(group, at: 0, width: width, appendingTo: &bytes)
            for block in 0..<4 { appendBlock(group, 64 * block, to: &bytes) }
        }
    }

    private func appendBlock(_ group: [UInt64], _ start: Int, to bytes: inout [UInt8]) {
        var pending: UInt64 = 0
        var bitCount = 0
        for lane in 0..<8 {
            var word: UInt64 = 0
            for row in 0..<MixedRadix.digitCount {
                word = word * UInt64(base) + group[start + 8 * row + lane] >> UInt64(width)
            }
            pending |= word << UInt64(bitCount)
            bitCount += wordBitCount
            while bitCount >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: pending))
                pending >>= 8
                bitCount -= 8
            }
        }
    }
}
