import Testing

@testable import ColumnCodec

/// Bodies put together from the format's page, byte by byte, for codecs that the worked example does
/// not use.
@Suite("Bodies written by hand") struct WrittenByHandTests {
    /// Decodes the one frame of a body. The checksum is put between head and frame.
    private func decode(
        head: [UInt8], frame bytes: [UInt8], count: Int, firstTime: Int64 = 0
    ) throws -> FrameBuffer {
        var body = head
        if !bytes.isEmpty {
            body.appendLittleEndian(UInt32(truncatingIfNeeded: H64.hash(bytes, seed: 0)))
        }
        body += bytes
        let layout = try ChunkLayout(
            parsing: body.rawSpan, bodyByteCount: body.count, count: count, firstTime: firstTime)
        var buffer = FrameBuffer()
        let frame = Array(body[layout.bytes(ofFrame: 0)])
        try layout.verify(frame: 0, bytes: frame.rawSpan)
        try layout.decode(frame: 0, from: frame.rawSpan, into: &buffer)
        return buffer
    }

    private func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }

    @Test("regular times, one value: no bytes per frame") func constant() throws {
        let head: [UInt8] = [
            1, 1, 1, 1, 0xE8, 0x07,  // step 1000
            0, 0, 0, 0, 0, 0, 0xF8, 0x3F,  // 1.5
            0x40,
        ]
        let frame = try decode(head: head, frame: [], count: 3, firstTime: 5000)
        #expect(frame.times == [5000, 6000, 7000])
        #expect(frame.values == [1.5, 1.5, 1.5])
        #expect(frame.uniformQuality == 0x40)
    }

    @Test("varint times, runs with an exception, runs of quality") func runs() throws {
        let head: [UInt8] = [
            6, 5, 2, 1, 0xE8, 0x07,  // unit 1000
            0x21,  // e = 1, exceptions
            0x08, 0x22, 0x0A,  // 4, 17 and 5 bytes
        ]
        let bytes: [UInt8] = [
            1, 2, 1, 3,
            2, 0xAE, 0x03, 0x09, 3, 2,  // 215 three times, 210 twice
            1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0x80,  // number 4 is −0
            2, 0x00, 4, 0x80, 1,
        ]
        let frame = try decode(head: head, frame: bytes, count: 5)
        #expect(frame.times == [0, 1000, 3000, 4000, 7000])
        #expect(bits(frame.values) == bits([21.5, 21.5, 21.5, 21, -0.0]))
        #expect(frame.qualities == [0, 0, 0, 0, 0x80])
        #expect(frame.uniformQuality == nil)
    }

    @Test("jittered times, ranks, raw qualities") func ranks() throws {
        let head: [UInt8] = [
            3, 6, 3, 1, 0xA0, 0xF7, 0x36, 1, 0xE7, 0x07,  // step 900000, unit 1, least −500
            2, 3, 0xC7, 0x01, 0x64, 0xC0, 0x84, 0x3D,  // e = 2; −100, 0, 1000000
            3,  // reference −2
            0x12, 0x0A, 0x06,
        ]
        let bytes: [UInt8] = [
            0, 0, 2, 0, 0xE8, 0x07, 2, 0xD0, 0x0F,  // no gap; residuals 500, 0, 1000
            1, 0, 1, 1, 6,  // first rank 1, differences +1, −2
            1, 2, 3,
        ]
        let frame = try decode(head: head, frame: bytes, count: 3)
        #expect(frame.times == [0, 899_500, 1_800_500])
        #expect(frame.values == [0, 10000, -1])
        #expect(frame.qualities == [1, 2, 3])
    }

    @Test("jittered times in a mixed radix") func mixedRadix() throws {
        let head: [UInt8] =
            [
                4, 1, 1, 1, 0xA0, 0xF7, 0x36, 1, 0, 1, 3,  // step 900000; 1 bit, base 3
                0, 0, 0, 0, 0, 0, 0x35, 0x40, 0,  // 21.5, good
                0xAA, 0x01,  // 85 bytes: no gap, a group of residuals
            ]
        let bytes: [UInt8] =
            [
                0, 0b10,  // residual 8 has low bit 1 …
            ] + [UInt8](repeating: 0, count: 31) + [0xB2, 0x05]  // … and digit 2: 2 · 3^6
            + [UInt8](repeating: 0, count: 50)
        let frame = try decode(head: head, frame: bytes, count: 9)
        #expect(frame.times == (0..<8).map { $0 * 900_000 } + [7_200_005])
    }

    @Test("delta times, ratios") func ratios() throws {
        let head: [UInt8] = [
            5, 8, 1, 1, 0xE8, 0x07, 0x3C,  // unit 1000, reference 60
            1, 3, 0,  // k / (3 · 10), reference 0
            0,
            0x08, 0x1C,
        ]
        let bytes: [UInt8] = [
            0, 1, 2, 2,
            0x90, 0x03, 0, 2, 1, 2, 2, 1,  // k = 200, 201, 200
            0, 2, 1, 4, 2, 2,  // ulps 0, +1, −1
        ]
        let frame = try decode(head: head, frame: bytes, count: 3)
        #expect(frame.times == [0, 60_000, 121_000])
        let expected = [200.0 / 30, (201.0 / 30).nextUp, (200.0 / 30).nextDown]
        #expect(bits(frame.values) == bits(expected))
    }

    @Test("raw times, ordered floats") func floats() throws {
        let head: [UInt8] = [
            7, 7, 1, 1, 0, 0,
            0x20, 0x1A,
        ]
        let bytes: [UInt8] = [
            1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0,
            0x80, 0x80, 0x80, 0xF8, 0x07,  // the place of 1
            0, 1, 1, 0x81, 0x80, 0x80, 0xF0, 0x0F,  // from there to the place of −1
        ]
        let frame = try decode(head: head, frame: bytes, count: 2, firstTime: 1)
        #expect(frame.times == [1, 9])
        #expect(frame.values == [1, -1])
    }
}
