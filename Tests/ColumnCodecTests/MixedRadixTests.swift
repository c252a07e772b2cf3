import Testing

@testable import ColumnCodec

@Suite("Mixed radix") struct MixedRadixTests {
    private static let all: [MixedRadix] = MixedRadix.bases.flatMap { base in
        [0, 1, 9, MixedRadix.widthMax].map { try! MixedRadix(width: $0, base: base) }
    }

    private func encode(_ numbers: [Int64], _ radix: MixedRadix) -> [UInt8] {
        var bytes: [UInt8] = []
        radix.append(numbers, numbers.indices, to: &bytes)
        return bytes
    }

    @Test("keeps numbers of every width and base, also one by one", arguments: all)
    func roundTrip(_ radix: MixedRadix) throws {
        var random = SeededGenerator(seed: UInt64(radix.base))
        for count in [1, 8, 63, 64, 65, 255, 256, 257, 1024] {
            var numbers = (0..<count).map { _ in
                Int64.random(in: 0..<radix.limit, using: &random)
            }
            numbers[count / 2] = radix.limit - 1
            let bytes = encode(numbers, radix)
            #expect(bytes.count == radix.byteCount(ofNumbers: count))
            var column = IntegerColumn()
            var reader = ByteReader(bytes.rawSpan)
            try column.unpack(&reader, count: count, radix)
            try reader.expectEnd("numbers")
            #expect((0..<count).map { column[$0] } == numbers)
            for index in [0, count / 3, count / 2, count - 1] {
                var reader = ByteReader(bytes.rawSpan)
                let number = try radix.number(&reader, count: count, at: index)
                #expect(number == numbers[index] && reader.remaining == 0)
            }
        }
    }

    /// The digits come from a rounded fraction, so each word of eight is tried: all of them for the
    /// small bases, the ends of every run of equal high digits for the others.
    @Test("reads the digits of every word", arguments: MixedRadix.bases)
    func everyWord(_ base: Int) throws {
        let radix = try MixedRadix(width: 0, base: base)
        let limit = Int(radix.wordLimit)
        let stride = base == 3 ? 1 : limit / 6007
        var column = IntegerColumn()
        for first in Swift.stride(from: 0, to: limit, by: 8 * stride) {
            let words = (0..<8).map { min(first + $0 * stride, limit - 1) / base * base }
                .enumerated().map { $1 + ($0 % 2 == 0 ? 0 : base - 1) }
            var numbers = [Int64](repeating: 0, count: 64)
            for (lane, word) in words.enumerated() {
                var rest = word
                for row in (0..<8).reversed() {
                    numbers[8 * row + lane] = Int64(rest % base)
                    rest /= base
                }
            }
            let bytes = encode(numbers, radix)
            var reader = ByteReader(bytes.rawSpan)
            try column.unpack(&reader, count: 64, radix)
            guard (0..<64).allSatisfy({ column[$0] == numbers[$0] }) else {
                Issue.record("words \(words) of base \(base)")
                return
            }
        }
    }

    @Test("is written as the format says") func bytes() throws {
        let radix = try MixedRadix(width: 1, base: 3)
        // Number 8 is 5 = 1 + 2 · 2: low bit 1 in row 1 of lane 0, and digit 2 in the second place of
        // the first word, 2 · 3^6 = 1458.
        let bytes = encode([0, 0, 0, 0, 0, 0, 0, 0, 5], radix)
        var expected = [UInt8](repeating: 0, count: 32 + 4 * 13)
        expected[0] = 0b10
        expected[32] = UInt8(1458 & 0xFF)
        expected[33] = UInt8(1458 >> 8)
        #expect(bytes == expected)
    }

    @Test("takes at most a third of a bit more than the bound asks for") func size() throws {
        for greatest in [1, 2, 3, 100, 2047, 2048, 2999, 3000, 3071, 3072, 1_000_000] as [Int64] {
            let radix = try #require(MixedRadix(holding: greatest))
            #expect(radix.limit > greatest)
            for smaller in MixedRadixTests.all where smaller.limit > greatest {
                #expect(radix.groupByteCount <= smaller.groupByteCount)
            }
        }
        #expect(MixedRadix(holding: 3000) == (try MixedRadix(width: 10, base: 3)))
        #expect(MixedRadix(holding: 9 << 24) == nil)
        #expect(MixedRadix(holding: 9 << 24 - 1)?.width == 24)
    }

    @Test("refuses what no encoder writes") func damage() throws {
        #expect(throws: CodecError.self) { try MixedRadix(width: 25, base: 3) }
        #expect(throws: CodecError.self) { try MixedRadix(width: 3, base: 4) }
        let radix = try MixedRadix(width: 0, base: 3)
        var column = IntegerColumn()
        func read(_ bytes: [UInt8], count: Int) throws {
            var reader = ByteReader(bytes.rawSpan)
            try column.unpack(&reader, count: count, radix)
        }
        let fine = encode([Int64](repeating: 2, count: 64), radix)
        try read(fine, count: 64)
        #expect(throws: CodecError.self) { try read(fine, count: 63) }
        #expect(throws: CodecError.truncated) { try read(fine.dropLast(), count: 64) }
        // 3^8, one above the greatest word.
        var word = [UInt8](repeating: 0, count: fine.count)
        word[0] = UInt8(6561 & 0xFF)
        word[1] = UInt8(6561 >> 8)
        #expect(throws: CodecError.self) { try read(word, count: 64) }
    }
}

extension [UInt8] {
    fileprivate func dropLast() -> [UInt8] { Array(prefix(count - 1)) }
}
