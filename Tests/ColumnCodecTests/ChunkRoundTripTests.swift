import Testing

@testable import ColumnCodec

@Suite("A chunk") struct ChunkRoundTripTests {
    static let counts = [
        1, 2, 3, 7, 8, 9, 31, 32, 33, 100, 255, 256, 257, 511, 512, 513, 1000, 1023, 1024, 1025,
        1279,
        2047, 2048, 2049, 3000, 8191, 8192,
    ]

    @Test("gives back every bit of every kind of values", arguments: ValueKind.allCases)
    func values(_ kind: ValueKind) throws {
        for count in [1, 2, 9, 33, 257, 1025, 2100] {
            let chunk = try ChunkRoundTrip(makeColumns(kind.values(count, seed: 1)))
            try chunk.check()
        }
    }

    @Test("gives back every kind of times", arguments: TimeKind.allCases)
    func times(_ kind: TimeKind) throws {
        for count in [1, 2, 33, 255, 256, 1025, 2100] {
            let values = ValueKind.temperature.values(count, seed: 2)
            let columns = makeColumns(values, times: kind.times(count, seed: 5))
            try ChunkRoundTrip(columns).check()
        }
    }

    @Test("can have any count", arguments: counts)
    func count(_ count: Int) throws {
        let values = ValueKind.glitch.values(count, seed: 3)
        let times = TimeKind.jitterAndGaps.times(count, seed: 4)
        let chunk = try ChunkRoundTrip(makeColumns(values, times: times))
        try chunk.check()
        #expect(chunk.layout.frameCount == (count + 1023) / 1024)
    }

    @Test("keeps qualities: one, runs, any") func qualities() throws {
        var random = SeededGenerator(seed: 6)
        let values = ValueKind.temperature.values(1500, seed: 1)
        let kinds: [(QualityCodec, [UInt8])] = [
            (.uniform, Array(repeating: 0x48, count: 1500)),
            (.runs, (0..<1500).map { $0 / 400 % 2 == 0 ? 0 : 0x10 }),
            (.raw, (0..<1500).map { _ in UInt8.random(in: 0...255, using: &random) }),
        ]
        for (codec, qualities) in kinds {
            let chunk = try ChunkRoundTrip(makeColumns(values, qualities: qualities))
            #expect(chunk.qualityCodec == codec)
            try chunk.check()
        }
    }

    @Test("with tiny limits is many tiny frames", arguments: 1...17)
    func tinyLimits(frameSampleCount: Int) throws {
        let limits = ChunkLimits(
            chunkSampleCountMax: 64, frameSampleCount: frameSampleCount, bodyByteCountMax: 16384,
            frameColumnByteCountMax: 2048)
        for (value, time) in zip(ValueKind.allCases, TimeKind.allCases + TimeKind.allCases) {
            let columns = makeColumns(
                value.values(50, seed: 8), times: time.times(50, seed: 9),
                qualities: (0..<50).map { UInt8($0 / 9) })
            let chunk = try ChunkRoundTrip(columns, limits: limits)
            try chunk.check()
            #expect(chunk.layout.frameCount == (50 + frameSampleCount - 1) / frameSampleCount)
        }
    }

    @Test("chooses the codec that fits the values") func choices() throws {
        let expected: [(ValueKind, ValueCodec)] = [
            (.constant, .constant), (.temperature, .scaledDelta), (.percent, .scaled),
            (.binary, .runs), (.fewDistinct, .rank), (.unroundedFloat, .float32),
            (.mean, .ratio), (.anyBits, .raw64),
        ]
        for (kind, codec) in expected {
            let chunk = try ChunkRoundTrip(makeColumns(kind.values(4096, seed: 1)))
            #expect(chunk.valueCodec == codec, "\(kind)")
        }
    }

    @Test("chooses the codec that fits the times") func timeChoices() throws {
        let expected: [(TimeKind, TimeCodec)] = [
            (.regular, .regular), (.gaps, .grid), (.jitter, .jitteredGridMixedRadix),
            (.jitterAndGaps, .jitteredGridMixedRadix),
            (.rarelyLate, .jitteredGrid), (.irregular, .delta), (.drifting, .regular),
        ]
        let values = ValueKind.temperature.values(4096, seed: 1)
        for (kind, codec) in expected {
            let columns = makeColumns(values, times: kind.times(4096, seed: 1))
            #expect(try ChunkRoundTrip(columns).timeCodec == codec, "\(kind)")
        }
        let few = makeColumns(
            Array(values.prefix(100)), times: TimeKind.irregular.times(100, seed: 1))
        #expect(try ChunkRoundTrip(few).timeCodec == .deltaVarints)
    }

    /// An estimate from every fourth group promised packed differences that another group, with more
    /// outliers than a group can have patches, did not keep: the whole chunk was stored raw.
    @Test("whose time differences have over 32 bits keeps its values encoded")
    func wideDifferences() throws {
        var random = SeededGenerator(seed: 1)
        var time: Int64 = 0
        // One group in four has a difference that fits, and so one patch less than values.
        let times = (0..<3000).map { i in
            time += i % 1024 == 1 ? 1 : 1 << 40 + Int64.random(in: 0...1 << 39, using: &random)
            return time
        }
        let values = ValueKind.temperature.values(3000, seed: 1)
        let chunk = try ChunkRoundTrip(makeColumns(values, times: times))
        try chunk.check()
        #expect(chunk.timeCodec == .raw && chunk.valueCodec != .raw64)
    }

    @Test("an outlier does not disturb its neighbours") func outlier() throws {
        var values = ValueKind.temperature.values(1024, seed: 1)
        let plain = try ChunkRoundTrip(makeColumns(values)).encoded.valueByteCount
        values[500] = .nan
        values[501] = 1e300
        values[502] = -0.0
        let chunk = try ChunkRoundTrip(makeColumns(values))
        try chunk.check()
        #expect(chunk.encoded.valueByteCount <= plain + 40)
    }

    @Test("the same samples are the same bytes, whatever the encoder wrote before") func stable()
        throws
    {
        var encoder = ChunkEncoder()
        let columns = makeColumns(ValueKind.meter.values(3000, seed: 1))
        var other = ScaleHint()
        var bytes: [UInt8] = []
        _ = try encoder.encode(
            makeColumns(ValueKind.anyBits.values(8192, seed: 1)), 0..<8192, hint: &other,
            appendingTo: &bytes)
        bytes.removeAll()
        var hint = ScaleHint()
        _ = try encoder.encode(columns, 0..<3000, hint: &hint, appendingTo: &bytes)
        #expect(bytes == (try ChunkRoundTrip(columns).body))
    }

    @Test("is appended behind what is there, from any range of the columns") func appended() throws
    {
        var encoder = ChunkEncoder()
        var hint = ScaleHint()
        let columns = makeColumns(ValueKind.temperature.values(300, seed: 1))
        var part = SampleColumns()
        part.append(contentsOf: columns, 100..<250)
        var bytes: [UInt8] = [1, 2, 3]
        let chunk = try encoder.encode(columns, 100..<250, hint: &hint, appendingTo: &bytes)
        #expect(bytes.count == 3 + chunk.byteCount)
        #expect(Array(bytes.dropFirst(3)) == (try ChunkRoundTrip(part).body))
    }

    @Test("refuses times that do not ascend, no samples, and too many") func refusals() throws {
        var encoder = ChunkEncoder()
        var hint = ScaleHint()
        var bytes: [UInt8] = []
        let equal = makeColumns([1, 2, 3], times: [5, 6, 6])
        #expect(throws: CodecError.malformed("times: found 6 after 6, expected later")) {
            try encoder.encode(equal, 0..<3, hint: &hint, appendingTo: &bytes)
        }
        let many = makeColumns(Array(repeating: 1, count: 8193))
        for range in [0..<0, 0..<8193] {
            #expect {
                try encoder.encode(many, range, hint: &hint, appendingTo: &bytes)
            } throws: { error in
                guard case .limitExceeded = error as? CodecError else { return false }
                return true
            }
        }
        for time in [Int64.min, .max] {
            let far = makeColumns([1], times: [time])
            #expect(throws: CodecError.self) {
                try encoder.encode(far, 0..<1, hint: &hint, appendingTo: &bytes)
            }
        }
        #expect(bytes.isEmpty)
    }
}
