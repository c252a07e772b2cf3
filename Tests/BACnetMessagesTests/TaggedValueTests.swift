import BACnetMessages
import Testing

@Suite("TaggedValue") struct TaggedValueTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let hex: String
        let value: TaggedValue
        init(_ hex: String, _ value: TaggedValue) {
            self.hex = hex
            self.value = value
        }
        var testDescription: String { hex }
    }

    /// Clause 20.2's examples first, then what they leave open.
    static let examples: [Example] = [
        Example("00", .null), Example("10", .boolean(false)), Example("11", .boolean(true)),
        Example("21 48", .unsigned(72)), Example("31 48", .signed(72)),
        Example("44 42900000", .real(72)), Example("55 08 4052000000000000", .double(72)),
        Example("63 1234FF", .octets([0x12, 0x34, 0xFF])),
        Example(
            "75 19 00 54686973206973206120424143 6E657420737472696E6721",
            .characters(CharacterString("This is a BACnet string!"))),
        Example("82 03 A8", .bits(BitString([true, false, true, false, true]))),
        Example("91 00", .enumerated(0)),
        Example(
            "A4 5B011804",
            .date(BACnetDate(yearSince1900: 91, month: 1, day: 24, weekday: 4))),
        Example(
            "A4 5BFF18FF",
            .date(BACnetDate(yearSince1900: 91, month: 255, day: 24, weekday: 255))),
        Example(
            "B4 11232D11",
            .time(BACnetTime(hour: 17, minute: 35, second: 45, hundredths: 17))),
        Example("C4 00C0000F", .object(ObjectIdentifier(.binaryInput, 15))),
        Example("38", .context(tag: 3, octets: [])),
        Example("69 00", .context(tag: 6, octets: [0])),
        Example("F9 1B 00", .context(tag: 27, octets: [0])),
        Example("0A 0100", .context(tag: 0, octets: [1, 0])),
        Example("F9 21 B8", .context(tag: 33, octets: [0xB8])),
        Example(
            "FD 55 08 C040A66666666666",
            .context(tag: 85, octets: [0xC0, 0x40, 0xA6, 0x66, 0x66, 0x66, 0x66, 0x66])),
        Example(
            "0E A4 5B011805 B4 11232D11 0F",
            .constructed(
                tag: 0,
                [
                    .date(BACnetDate(yearSince1900: 91, month: 1, day: 24, weekday: 5)),
                    .time(BACnetTime(hour: 17, minute: 35, second: 45, hundredths: 17)),
                ])),
        Example("FE 15 21 01 FF 15", .constructed(tag: 21, [.unsigned(1)])),
        Example("21 00", .unsigned(0)), Example("21 FF", .unsigned(255)),
        Example("22 0100", .unsigned(256)), Example("23 010000", .unsigned(65_536)),
        Example("25 05 0100000000", .unsigned(1 << 32)),
        Example("25 08 FFFFFFFFFFFFFFFF", .unsigned(.max)),
        Example("31 00", .signed(0)), Example("31 7F", .signed(127)),
        Example("32 0080", .signed(128)), Example("31 80", .signed(-128)),
        Example("32 FF7F", .signed(-129)), Example("31 FF", .signed(-1)),
        Example("35 08 8000000000000000", .signed(.min)),
        Example("35 08 7FFFFFFFFFFFFFFF", .signed(.max)),
        Example("94 FFFFFFFF", .enumerated(.max)),
        Example("60", .octets([])), Example("71 00", .characters(CharacterString(""))),
        Example("81 00", .bits(BitString([]))),
        Example("D2 0102", .reserved(tag: 13, octets: [1, 2])),
        Example("C4 FFFFFFFF", .object(ObjectIdentifier(ObjectType(rawValue: 1023), 4_194_303))),
    ]

    @Test("is read as its tag says", arguments: examples)
    func decoded(example: Example) throws {
        #expect(try TaggedValue(decoding: bytes(example.hex)) == example.value)
    }

    @Test("is written in the shortest form", arguments: examples)
    func encoded(example: Example) {
        #expect(example.value.encoded == bytes(example.hex))
    }

    @Test("keeps every bit of a real, NaN and infinities too")
    func reals() throws {
        for pattern: UInt32 in [0x7FC0_0000, 0x7F80_0000, 0xFF80_0000, 0x8000_0000, 1, 0x7FC0_1234]
        {
            let octets = [0x44] + [24, 16, 8, 0].map { UInt8(pattern >> $0 & 0xFF) }
            let value = try TaggedValue(decoding: octets)
            #expect(value.encoded == octets)
        }
    }

    @Test("tolerates leading zero octets of integers, and says them shorter")
    func leadingZeros() throws {
        #expect(try TaggedValue(decoding: bytes("24 00000048")) == .unsigned(72))
        #expect(try TaggedValue(decoding: bytes("92 0003")) == .enumerated(3))
        #expect(try TaggedValue(decoding: bytes("25 08 0000000000000048")).encoded == [0x21, 0x48])
    }

    @Test("has lengths of one, two and four octets behind the tag", arguments: [253, 254, 4096])
    func lengths(count: Int) throws {
        let value = TaggedValue.octets([UInt8](repeating: 7, count: count))
        let head: [UInt8] =
            count == 253 ? [0x65, 253] : [0x65, 254, UInt8(count >> 8), UInt8(count & 0xFF)]
        #expect(Array(value.encoded.prefix(head.count)) == head)
        #expect(try TaggedValue(decoding: value.encoded) == value)
        let long: [UInt8] =
            [0x65, 255, 0, 0, UInt8(count >> 8), UInt8(count & 0xFF)]
            + [UInt8](repeating: 7, count: count)
        #expect(try TaggedValue(decoding: long) == value)
    }

    @Test(
        "is refused where nobody can say where it ends",
        arguments: [
            "12", "15 02", "2E", "16", "0F", "0E", "0E 0F 00", "0E 1F", "F9 0E 00", "F9 FF 00",
            "21 48 00", "21", "25 FF FFFFFFFF", "44 429000", "81",
        ])
    func refused(hex: String) {
        #expect(throws: MessageError.self) { try TaggedValue(decoding: bytes(hex)) }
    }

    @Test(
        "keeps what its tag cannot have, and says it again",
        arguments: [
            ("01 00", 0), ("20", 2), ("25 09 000000000000000000", 2), ("30", 3), ("43 429000", 4),
            ("45 05 4290000000", 4), ("54 42900000", 5), ("80", 8), ("81 01", 8), ("82 08 00", 8),
            ("95 05 0100000000", 9), ("A3 5B0118", 10), ("B5 05 1123 2D1100", 11),
            ("C3 00C000", 12),
        ])
    func malformed(hex: String, tag: UInt8) throws {
        let value = try TaggedValue(decoding: bytes(hex))
        let headCount = bytes(hex)[0] & 7 == 5 ? 2 : 1
        #expect(value == .malformed(tag: tag, octets: Array(bytes(hex).dropFirst(headCount))))
        #expect(value.encoded == bytes(hex))
    }

    @Test("is an empty text where the character set is left out")
    func emptyText() throws {
        #expect(try TaggedValue(decoding: [0x70]) == .characters(CharacterString("")))
        let whoHas = try WhoHasRequest(decoding: [0x38])
        #expect(whoHas.wanted == .name(CharacterString("")))
    }

    @Test("nests sixteen deep and no deeper")
    func nesting() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: 0x0E, count: depth) + [UInt8](repeating: 0x0F, count: depth)
        }
        _ = try TaggedValue(decoding: nested(16))
        #expect(throws: MessageError.limitExceeded(offset: 16, found: 17, expected: 16)) {
            try TaggedValue(decoding: nested(17))
        }
        #expect(throws: MessageError.self) { try TaggedValue(decoding: nested(60_000)) }
    }

    @Test("has strings of 4096 octets at most, and keeps longer ones as they stand")
    func longString() throws {
        let content = [UInt8](repeating: 0x41, count: 4097)
        for tag: UInt8 in [6, 7, 8] {
            let octets = [tag << 4 | 5, 254, 0x10, 0x01] + content
            let value = try TaggedValue(decoding: octets)
            #expect(value == .malformed(tag: tag, octets: content))
            #expect(value.encoded == octets)
        }
        #expect(throws: MessageError.limitExceeded(offset: 4, found: 4097, expected: 4096)) {
            try WhoHasRequest(decoding: [0x3D, 254, 0x10, 0x01] + content)
        }
    }

    @Test("comes a hundred thousand times in one message at most")
    func elementCount() {
        let count = MessageLimits.elementCountMax
        let octets = [0x0E] + [UInt8](repeating: 0, count: count) + [0x0F]
        #expect(
            throws: MessageError.limitExceeded(offset: count + 1, found: count + 1, expected: count)
        ) {
            try TaggedValue(decoding: octets)
        }
    }
}
