/// The inner loops over groups of mixed radix.
enum MixedRadixKernels {
    /// Word `lane` of a block of eight words of digits.
    static func word(
        _ blocks: RawSpan, _ radix: MixedRadix, block: Int, lane: Int
    ) throws(CodecError) -> UInt64 {
        let word = words(blocks, WordPlaces(radix), block: block)[lane]
        try check(word, radix)
        return word
    }

    private static func check(_ word: UInt64, _ radix: MixedRadix) throws(CodecError) {
        guard word < radix.wordLimit else {
            throw .malformed("digits: found \(word), expected less than \(radix.wordLimit)")
        }
    }

    /// The 256 numbers of a group.
    static func unpack(
        _ group: RawSpan, _ radix: MixedRadix, into output: inout [Int32], at start: Int
    ) throws(CodecError) {
        precondition(start >= 0 && start + 256 <= output.count, "the output holds a whole group")
        precondition(group.byteCount == radix.groupByteCount)
        PackedKernels.unpack(
            group.extracting(0..<radix.lowByteCount), width: radix.width, into: &output, at: start)
        let blocks = group.extracting(radix.lowByteCount..<group.byteCount)
        let places = WordPlaces(radix)
        let scale = Fractions.scale(radix)
        var greatest = SIMD8<UInt64>()
        for block in 0..<4 {
            let words = words(blocks, places, block: block)
            greatest = pointwiseMax(greatest, words)
            addDigits(Fractions.of(words, scale), radix, to: &output, at: start + 64 * block)
        }
        try check(greatest.max(), radix)
    }

    /// Where the eight words of a block begin.
    private struct WordPlaces {
        let blockByteCount: Int
        /// The byte from which eight are read, at most eight before the end of the block.
        var offsets = SIMD8<Int32>()
        /// Bits of those eight bytes that belong to the words before.
        var shifts = SIMD8<UInt64>()
        let mask: UInt64

        init(_ radix: MixedRadix) {
            blockByteCount = radix.wordBitCount
            mask = 1 << UInt64(blockByteCount) - 1
            for lane in 0..<8 {
                let bit = lane * blockByteCount
                let offset = min(bit / 8, blockByteCount - 8)
                offsets[lane] = Int32(offset)
                shifts[lane] = UInt64(bit - 8 * offset)
            }
        }
    }

    @inline(__always)
    private static func words(
        _ blocks: RawSpan, _ places: WordPlaces, block: Int
    ) -> SIMD8<UInt64> {
        let start = block * places.blockByteCount
        precondition(start >= 0 && start + places.blockByteCount <= blocks.byteCount)
        var words = SIMD8<UInt64>()
        // The precondition and the bound of the offsets keep eight bytes from each inside the block.
        for lane in 0..<8 {
            words[lane] = unsafe blocks.unsafeLoadUnaligned(
                fromUncheckedByteOffset: start + Int(places.offsets[lane]), as: UInt64.self)
        }
        return (words &>> places.shifts) & SIMD8(repeating: places.mask)
    }

    /// Words as fractions of base^8, in units of 2^-28: a multiplication by the base then moves one
    /// digit after the other above the point, highest first, and no division is needed.
    private enum Fractions {
        static let bitCount: UInt64 = 28
        private static let guardBitCount: UInt64 = 35

        /// 2^63 ÷ base^8, rounded up: times a word it stays within 64 bits.
        static func scale(_ radix: MixedRadix) -> UInt64 {
            (1 << (bitCount + guardBitCount) - 1) / radix.wordLimit + 1
        }

        /// Above the true fraction by at most 1 + 2^-9 units, so that all eight digits are right: the
        /// next word's fraction is at least 2^28 ÷ 9^8 > 6 units away.
        static func of(_ words: SIMD8<UInt64>, _ scale: UInt64) -> SIMD8<UInt32> {
            let scaled = (words &* SIMD8(repeating: scale)) &>> SIMD8(repeating: guardBitCount)
            return SIMD8<UInt32>(truncatingIfNeeded: scaled) &+ SIMD8(repeating: 1)
        }
    }

    private static func addDigits(
        _ fractions: SIMD8<UInt32>, _ radix: MixedRadix, to output: inout [Int32], at start: Int
    ) {
        precondition(start >= 0 && start + 64 <= output.count)
        let point = SIMD8(repeating: UInt32(Fractions.bitCount))
        let below = SIMD8<UInt32>(repeating: 1 << UInt32(Fractions.bitCount) - 1)
        let base = SIMD8(repeating: UInt32(radix.base))
        let width = SIMD8(repeating: UInt32(radix.width))
        // The precondition keeps all eight rows inside the output.
        unsafe output.withUnsafeMutableBytes { output in
            let target = unsafe output.baseAddress! + 4 * start
            var rest = fractions
            for row in 0..<8 {
                rest &*= base
                let lows = unsafe target.loadUnaligned(
                    fromByteOffset: 32 * row, as: SIMD8<UInt32>.self)
                let number = lows &+ (rest &>> point) &<< width
                rest &= below
                unsafe target.storeBytes(
                    of: number, toByteOffset: 32 * row, as: SIMD8<UInt32>.self)
            }
        }
    }
}
