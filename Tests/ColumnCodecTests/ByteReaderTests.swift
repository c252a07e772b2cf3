import Testing

@testable import ColumnCodec

@Suite("ByteReader") struct ByteReaderTests {
    static let integers: [UInt64] =
        [0, 1, 127, 128, 255, 16383, 16384, .max, .max - 1]
        + (0..<64).map { 1 << UInt64($0) } + (1..<64).map { 1 << UInt64($0) - 1 }

    @Test("reads back every varint, in the length that was promised", arguments: integers)
    func varint(_ value: UInt64) throws {
        var bytes: [UInt8] = []
        bytes.appendVarint(value)
        #expect(bytes.count == value.varintByteCount)
        var reader = ByteReader(bytes.rawSpan)
        #expect(try reader.varint() == value)
        #expect(reader.remaining == 0)
        for length in 0..<bytes.count {
            let part = Array(bytes[..<length])
            #expect(throws: CodecError.truncated) {
                var reader = ByteReader(part.rawSpan)
                return try reader.varint()
            }
        }
    }

    @Test("reads back signed integers", arguments: integers)
    func svarint(_ bits: UInt64) throws {
        let value = Int64(bitPattern: bits)
        var bytes: [UInt8] = []
        bytes.appendSVarint(value)
        var reader = ByteReader(bytes.rawSpan)
        #expect(try reader.svarint() == value)
    }

    @Test(
        "refuses varints that are longer than needed or than 64 bits",
        arguments: [
            [0x80, 0x00], [0xFF, 0x80, 0x00],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ] as [[UInt8]])
    func overlong(_ bytes: [UInt8]) {
        #expect {
            var reader = ByteReader(bytes.rawSpan)
            return try reader.varint()
        } throws: { error in
            guard case .malformed = error as? CodecError else { return false }
            return true
        }
    }

    @Test("reads fixed integers little-endian and passes them") func fixed() throws {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(0x0102 as UInt16)
        bytes.appendLittleEndian(0x0304_0506 as UInt32)
        bytes.appendLittleEndian(-2 as Int64)
        bytes.appendLittleEndian(-0.0)
        #expect(bytes.prefix(6) == [0x02, 0x01, 0x06, 0x05, 0x04, 0x03])
        var reader = ByteReader(bytes.rawSpan)
        #expect(try reader.u16() == 0x0102)
        #expect(try reader.u32() == 0x0304_0506)
        #expect(try reader.i64() == -2)
        #expect(try reader.f64().bitPattern == 1 << 63)
        #expect(throws: CodecError.truncated) { try reader.u8() }
        #expect(try bytes.rawSpan.loadLittleEndian(UInt32.self, at: 2) == 0x0304_0506)
        #expect(try bytes.rawSpan.loadLittleEndianDouble(at: 14).sign == .minus)
    }

    @Test("loads nothing outside of the bytes", arguments: [-1, 1, 8, Int.max, Int.min])
    func outside(_ offset: Int) {
        let bytes = [UInt8](repeating: 1, count: 8)
        #expect(throws: CodecError.truncated) {
            try bytes.rawSpan.loadLittleEndian(UInt64.self, at: offset)
        }
    }

    @Test("lends bytes, as many as there are") func taking() throws {
        let bytes: [UInt8] = [1, 2, 3]
        var reader = ByteReader(bytes.rawSpan)
        let taken = try reader.take(2)
        #expect(try taken.loadLittleEndian(UInt16.self, at: 0) == 0x0201)
        #expect(throws: CodecError.truncated) { _ = try reader.take(2) }
        #expect(throws: CodecError.truncated) { _ = try reader.take(-1) }
        #expect(reader.remaining == 1)
    }
}
