import Testing

@testable import ColumnCodec

@Suite("Packed integers") struct PackedIntegersTests {
    /// A column packed over a reference.
    private func pack(
        _ values: [Int64], reference: Int64, isDelta: Bool
    ) throws -> [UInt8] {
        var writer = PackedWriter()
        var bytes: [UInt8] = []
        let isPacked = writer.append(
            values, 0..<values.count, reference: reference, isDelta: isDelta, to: &bytes)
        try #require(isPacked)
        let estimate = writer.byteCount(
            values, 0..<values.count, reference: reference, isDelta: isDelta)
        #expect(estimate == bytes.count)
        return bytes
    }

    /// Kernels, single numbers and the oracle agree about a column.
    private func check(
        _ values: [Int64], reference: Int64, first: Int64 = 0
    ) throws {
        let count = values.count
        for isDelta in [false, true] {
            let bytes = try pack(values, reference: reference, isDelta: isDelta)
            let (numbers, byteCount) = ScalarPacking.unpack(
                bytes, count: count, reference: reference)
            #expect(byteCount == bytes.count)
            let expected = isDelta ? ScalarPacking.sums(numbers, first: first) : numbers
            if !isDelta { #expect(numbers == values) }
            var column = IntegerColumn()
            var reader = ByteReader(bytes.rawSpan)
            try column.unpack(
                &reader, count: count, reference: reference,
                isDelta ? .delta(first: first) : .plain)
            try reader.expectEnd("test")
            #expect((0..<count).map { column[$0] } == expected)
            for index in Set([0, 1, count / 3, count - 1]) where index < count {
                var reader = ByteReader(bytes.rawSpan)
                let number =
                    isDelta
                    ? try PackedLookup.number(
                        &reader, count: count, at: index, reference: reference, first: first)
                    : try PackedLookup.number(
                        &reader, count: count, at: index, reference: reference)
                #expect(number == expected[index])
                #expect(reader.remaining == 0)
            }
        }
    }

    @Test("of every width are read as the format describes them", arguments: 0...32)
    func widths(_ width: Int) throws {
        var random = SeededGenerator(seed: UInt64(width))
        let mask: Int64 = width == 0 ? 0 : 1 << Int64(width) - 1
        for count in [1, 7, 8, 9, 255, 256, 257, 1024] {
            let values = (0..<count).map { _ in Int64.random(in: 0...mask, using: &random) }
            try check(values, reference: 0, first: 5)
            try check(values.map { $0 - 1000 }, reference: -1000, first: -7)
        }
    }

    @Test("keep outliers as patches", arguments: 0..<40)
    func patches(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 1...1024, using: &random)
        let outlier = Int64.random(in: 1...(.max), using: &random) >> Int64(seed % 60)
        let values = (0..<count).map { _ in
            Int.random(in: 0..<20, using: &random) == 0
                ? Int64.random(in: -outlier...outlier, using: &random)
                : Int64.random(in: -8...7, using: &random)
        }
        try check(values, reference: -8, first: 1 << 40)
        try check(values, reference: -8)
        try check(values, reference: 3)
    }

    @Test("wrap modulo 2^64 at the ends of Int64") func extremes() throws {
        try check([.min, .max, 0, -1, 1, .min, .max], reference: 0, first: .max)
        try check([.min, .max, 0], reference: .min)
        try check([.min, .max, 0], reference: .max)
    }

    @Test("with more than 255 patches in a group cannot be packed") func tooManyPatches() {
        var writer = PackedWriter()
        var bytes: [UInt8] = []
        let values = [Int64](repeating: 1 << 40, count: 256)
        #expect(!writer.append(values, 0..<256, reference: 0, isDelta: false, to: &bytes))
        let bytesNeeded = writer.byteCount(values, 0..<256, reference: 0, isDelta: false)
        #expect(bytesNeeded == PackedWriter.impossible)
    }

    @Test("eight neighbours stand in one row, each in the stream of its lane") func exactBytes()
        throws
    {
        let values = (0..<256).map { Int64($0 % 8) }
        let bytes = try pack(values, reference: 0, isDelta: false)
        // Width 3: lane 5 is the bits 101 again and again, 32 times.
        #expect(bytes.count == 2 + 96)
        #expect(bytes[0...1] == [3, 0])
        #expect(bytes[2 + 20..<2 + 24] == [0b0110_1101, 0b1101_1011, 0b1011_0110, 0b0110_1101])
        #expect(bytes[2..<6] == [0, 0, 0, 0])
    }

    @Test("behind the last value must be zero") func unused() throws {
        // Value 255 stands in lane 7, at the end of its stream.
        var bytes = try pack((0..<200).map { Int64($0 % 16) }, reference: 0, isDelta: false)
        #expect(bytes[0] == 4)
        bytes[2 + 32 * 4 - 1] |= 0x80
        var column = IntegerColumn()
        var reader = ByteReader(bytes.rawSpan)
        #expect {
            try column.unpack(&reader, count: 200, reference: 0, .plain)
        } throws: { error in
            guard case .malformed = error as? CodecError else { return false }
            return true
        }
    }

    @Test("the reference that is chosen is about as good as any near it") func reference() {
        var random = SeededGenerator(seed: 3)
        let values = (0..<4096).map { _ in
            Int64.random(in: -5...4, using: &random) + Int64.random(in: 0...3, using: &random)
        }
        var chooser = ReferenceChooser()
        var writer = PackedWriter()
        let choice = chooser.choose(values, 0..<4096, isDelta: true, with: &writer)
        let fewest = (-20...20).map {
            writer.byteCount(values, 0..<4096, reference: Int64($0), isDelta: true)
        }.min()!
        let chosen = writer.byteCount(
            values, 0..<4096, reference: choice.reference, isDelta: true)
        #expect(chosen <= fewest + fewest / 50)
    }
}
