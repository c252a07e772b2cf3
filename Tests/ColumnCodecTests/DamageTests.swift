import Testing

@testable import ColumnCodec

/// Whatever the bytes are, reading them ends in an error or in samples that obey the format.
@Suite("Damaged chunks") struct DamageTests {
    /// Reads everything there is to read. A trap would end the test run.
    private func read(
        _ body: [UInt8], count: Int, firstTime: Int64, _ buffer: inout FrameBuffer,
        limits: ChunkLimits = .disk
    ) -> SampleColumns? {
        var columns = SampleColumns()
        do {
            let layout = try ChunkLayout(
                parsing: body.rawSpan, bodyByteCount: body.count, count: count,
                firstTime: firstTime, limits: limits)
            var part = PartAccumulator()
            for frame in 0..<layout.frameCount {
                let bytes = Array(body[layout.bytes(ofFrame: frame)])
                for offset in [0, 1_000_000, .max - firstTime] as [Int64] {
                    // May answer from undamaged parts of a frame that does not decode as a whole.
                    _ = try? layout.sample(
                        atOrBefore: firstTime + offset, inFrame: frame, from: bytes.rawSpan,
                        using: &buffer)
                }
                sumUp(layout, frame, bytes, firstTime, &buffer)
                try layout.decode(frame: frame, from: bytes.rawSpan, into: &buffer)
                part.add(buffer, positions: 0..<buffer.count, of: layout)
                columns.append(contentsOf: buffer, 0..<buffer.count)
            }
            _ = part.finish()
        } catch {
            return nil
        }
        #expect(zip(columns.times, columns.times.dropFirst()).allSatisfy { $0 < $1 })
        #expect(columns.times.first == firstTime && columns.count == count)
        return columns
    }

    /// Sums up a frame whole and in pieces; what is not looked at may be damaged unseen.
    private func sumUp(
        _ layout: ChunkLayout, _ frame: Int, _ bytes: [UInt8], _ firstTime: Int64,
        _ buffer: inout FrameBuffer
    ) {
        let end: Int64 = 1 << 60
        let pieces = (0..<40).map { firstTime + 1 + $0 * 1_700_000 }
        for bounds in [[-end, end], [firstTime, end], pieces, [-end] + pieces + [end]] {
            for lastTime in [firstTime, end - 1] {
                var parts = IntegerParts()
                _ = try? layout.sumUp(
                    frame: frame, from: bytes.rawSpan, lastTime: lastTime, between: bounds,
                    into: &parts, using: &buffer)
            }
        }
    }

    static let small: [(ValueKind, TimeKind)] = [
        (.temperature, .jitterAndGaps), (.glitch, .gaps), (.binary, .irregular), (.mean, .regular),
        (.fewDistinct, .bursts), (.unroundedFloat, .jitter), (.percent, .rarelyLate),
        (.anyBits, .anyTimes),
        (.percent, .drifting), (.meter, .gaps),
    ]

    static func columns(_ kind: (ValueKind, TimeKind), _ count: Int) -> SampleColumns {
        makeColumns(
            kind.0.values(count, seed: 1), times: kind.1.times(count, seed: 2),
            qualities: (0..<count).map { $0 / 50 % 3 == 1 ? 0x10 : 0 })
    }

    @Test("cut anywhere give an error", arguments: small.indices)
    func truncations(_ index: Int) throws {
        let columns = DamageTests.columns(DamageTests.small[index], 120)
        let chunk = try ChunkRoundTrip(columns)
        var buffer = FrameBuffer()
        for length in 0..<chunk.body.count {
            let part = Array(chunk.body[..<length])
            #expect(
                read(part, count: 120, firstTime: columns.times[0], &buffer) == nil,
                "\(length) bytes")
        }
        let longer = chunk.body + [0]
        #expect(read(longer, count: 120, firstTime: columns.times[0], &buffer) == nil)
    }

    @Test("with any bit flipped give an error or samples", arguments: small.indices)
    func bitFlips(_ index: Int) throws {
        let columns = DamageTests.columns(DamageTests.small[index], 40)
        let chunk = try ChunkRoundTrip(columns)
        var buffer = FrameBuffer()
        for bit in 0..<8 * chunk.body.count {
            var body = chunk.body
            body[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = read(body, count: 40, firstTime: columns.times[0], &buffer)
        }
    }

    @Test("with bytes overwritten at random give an error or samples", arguments: small.indices)
    func mutations(_ index: Int) throws {
        var random = SeededGenerator(seed: UInt64(index))
        let columns = DamageTests.columns(DamageTests.small[index], 300)
        let chunk = try ChunkRoundTrip(columns)
        var buffer = FrameBuffer()
        for _ in 0..<250 {
            var body = chunk.body
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                // Most of what decides lies at the beginning.
                let end = Bool.random(using: &random) ? body.count : min(40, body.count)
                let at = Int.random(in: 0..<end, using: &random)
                body[at] =
                    Bool.random(using: &random)
                    ? UInt8.random(in: 0...255, using: &random)
                    : [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random)!
            }
            let count = [300, 300, 300, 1, 299, 301, 1024, 2000].randomElement(using: &random)!
            let firstTime =
                [columns.times[0], columns.times[0], 0, ChunkLayout.times.upperBound]
                .randomElement(using: &random)!
            _ = read(body, count: count, firstTime: firstTime, &buffer)
        }
    }

    @Test("made of random bytes behind any codecs give an error or samples") func noise() {
        var random = SeededGenerator(seed: 77)
        var buffer = FrameBuffer()
        let limits = ChunkLimits(
            chunkSampleCountMax: 64, frameSampleCount: 16, bodyByteCountMax: 8192,
            frameColumnByteCountMax: 2048)
        for _ in 0..<2000 {
            let count = Int.random(in: 1...64, using: &random)
            var body: [UInt8] = [
                TimeCodec.allCases.randomElement(using: &random)!.rawValue,
                ValueCodec.allCases.randomElement(using: &random)!.rawValue,
                QualityCodec.allCases.randomElement(using: &random)!.rawValue,
                UInt8((count + 15) / 16),
            ]
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                body.append(
                    Bool.random(using: &random)
                        ? UInt8.random(in: 0...20, using: &random)
                        : UInt8.random(in: 0...255, using: &random))
            }
            _ = read(body, count: count, firstTime: 0, &buffer, limits: limits)
        }
    }

    @Test("claiming what no chunk can have are refused before anything is allocated") func claims()
    {
        let body = WorkedExampleTests.body
        for (length, count) in [(29, 0), (29, 8193), (29, -1), (1 << 40, 10), (-1, 10), (28, 10)] {
            #expect(throws: CodecError.self) {
                try ChunkLayout(
                    parsing: body.rawSpan, bodyByteCount: length, count: count, firstTime: 0)
            }
        }
    }

    @Test("whose times leave the bounds of the caller are refused") func bounds() throws {
        let columns = WorkedExampleTests.columns
        let body = WorkedExampleTests.body
        let last = columns.times[9]
        func decode(_ bounds: ClosedRange<Int64>) throws {
            let layout = try ChunkLayout(
                parsing: body.rawSpan, bodyByteCount: 29, count: 10, firstTime: columns.times[0],
                timeBounds: bounds)
            var buffer = FrameBuffer()
            let frame = Array(body[15...])
            try layout.decode(frame: 0, from: frame.rawSpan, into: &buffer)
        }
        try decode(columns.times[0]...last)
        #expect(throws: CodecError.self) { try decode(columns.times[0]...last - 1) }
        #expect(throws: CodecError.self) { try decode(columns.times[0] + 1...last) }
    }
}
