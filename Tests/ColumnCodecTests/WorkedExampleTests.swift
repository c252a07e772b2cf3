import Testing

@testable import ColumnCodec

@Suite("The worked example of the format") struct WorkedExampleTests {
    static let columns = makeColumns(
        [21.5, 21.6, 21.6, 21.5, 21.4, 21.5, 21.9, 22.0, 22.0, 21.9],
        times: [0, 1, 2, 3, 4, 5, 8, 9, 10, 11].map { 1_735_689_600_000 + $0 * 900_000 })

    static let body: [UInt8] = [
        0x02, 0x04, 0x01, 0x01, 0xA0, 0xF7, 0x36, 0x01, 0x00,
        0x06, 0x16, 0xE0, 0xC4, 0x8E, 0x20,
        0x01, 0x06, 0x02,
        0xAE, 0x03, 0x02, 0x00, 0x01, 0x01, 0x02, 0x08, 0x02, 0x00, 0x01,
    ]

    @Test("is written byte for byte") func encoding() throws {
        let chunk = try ChunkRoundTrip(WorkedExampleTests.columns)
        #expect(chunk.body == WorkedExampleTests.body)
        #expect(chunk.encoded.timeByteCount == 3)
        #expect(chunk.encoded.valueByteCount == 11)
        #expect(chunk.encoded.qualityByteCount == 0)
        #expect(chunk.encoded.overheadByteCount == 15)
        try chunk.check()
    }

    @Test("has the statistics of its decimals") func statistics() throws {
        let statistics = try ChunkRoundTrip(WorkedExampleTests.columns).encoded.statistics
        #expect(statistics.firstTime == 1_735_689_600_000)
        #expect(statistics.lastTime == 1_735_689_600_000 + 11 * 900_000)
        #expect(statistics.minimum == 21.4)
        #expect(statistics.maximum == 22.0)
        #expect(statistics.sum == 216.9)
        #expect(statistics.sumIsExactDecimal)
        #expect(statistics.first == 21.5)
        #expect(statistics.last == 21.9)
        #expect(statistics.usableCount == 10)
        #expect(statistics.badCount == 0)
    }

    @Test("a codec of a later version is unsupported, not damage", arguments: 0..<3)
    func unknownCodec(at offset: Int) {
        var body = WorkedExampleTests.body
        body[offset] = 12
        #expect {
            try ChunkLayout(
                parsing: body.rawSpan, bodyByteCount: 29, count: 10,
                firstTime: 1_735_689_600_000)
        } throws: { error in
            guard case .unsupported = error as? CodecError else { return false }
            return true
        }
    }

    @Test("a prefix that ends inside the head is truncated", arguments: 0..<15)
    func prefix(of length: Int) {
        let head = Array(WorkedExampleTests.body.prefix(length))
        #expect(throws: CodecError.truncated) {
            try ChunkLayout(
                parsing: head.rawSpan, bodyByteCount: 29, count: 10,
                firstTime: 1_735_689_600_000)
        }
    }

    @Test("a flipped bit of a frame is found by the frame's checksum alone", arguments: 15..<29)
    func frameChecksum(at offset: Int) throws {
        let body = WorkedExampleTests.body
        let layout = try ChunkLayout(
            parsing: body.rawSpan, bodyByteCount: 29, count: 10, firstTime: 1_735_689_600_000)
        try layout.verify(frame: 0, bytes: body.rawSpan.extracting(15..<29))
        for bit in 0..<8 {
            var changed = body
            changed[offset] ^= 1 << bit
            #expect(throws: CodecError.self) {
                try layout.verify(frame: 0, bytes: changed.rawSpan.extracting(15..<29))
            }
        }
    }

    @Test("the head alone says where the frame lies") func headAlone() throws {
        let head = Array(WorkedExampleTests.body.prefix(15))
        let layout = try ChunkLayout(
            parsing: head.rawSpan, bodyByteCount: 29, count: 10, firstTime: 1_735_689_600_000)
        #expect(layout.headByteCount == 15)
        #expect(layout.bytes(ofFrame: 0) == 15..<29)
        #expect(
            layout.byteCounts(ofFrame: 0)
                == ColumnByteCounts(times: 3, values: 11, qualities: 0))
    }
}
