import Testing

@testable import ColumnCodec

@Suite("The sample at or before a time") struct PointLookupTests {
    /// What the format promises: the last sample whose time is not later.
    private func check(_ columns: SampleColumns, limits: ChunkLimits = .disk) throws {
        let chunk = try ChunkRoundTrip(columns, limits: limits)
        var buffer = FrameBuffer()
        let stride = max(1, columns.count / 60)
        for i in Swift.stride(from: 0, to: columns.count, by: stride) {
            for offset in [-1, 0, 1, 450_000] as [Int64] {
                let time = columns.times[i] + offset
                let found = try sample(chunk, atOrBefore: time, &buffer)
                guard let expected = columns.times.lastIndex(where: { $0 <= time }) else {
                    #expect(found?.time == nil)
                    continue
                }
                #expect(found?.time == columns.times[expected])
                #expect(found?.value.bitPattern == columns.values[expected].bitPattern)
                #expect(found?.quality == columns.qualities[expected])
            }
        }
        for time in [Int64.max, Int64.max - 1] {
            let last = try sample(chunk, atOrBefore: time, &buffer)
            #expect(last?.time == columns.times.last)
        }
        let none = try sample(chunk, atOrBefore: Int64.min, &buffer)
        #expect(none?.time == nil)
    }

    private func sample(
        _ chunk: ChunkRoundTrip, atOrBefore time: Int64, _ buffer: inout FrameBuffer
    ) throws -> DecodedSample? {
        guard var frame = chunk.layout.frame(atOrBefore: time) else { return nil }
        while true {
            let bytes = chunk.frameBytes(frame)
            if let found = try chunk.layout.sample(
                atOrBefore: time, inFrame: frame, from: bytes.rawSpan, using: &buffer)
            {
                return found
            }
            // Only a jittered frame may begin later than its bound.
            #expect([.jitteredGrid, .jitteredGridMixedRadix].contains(chunk.timeCodec))
            guard frame > 0 else { return nil }
            frame -= 1
        }
    }

    @Test("is found among every kind of values", arguments: ValueKind.allCases)
    func values(_ kind: ValueKind) throws {
        try check(
            makeColumns(
                kind.values(1100, seed: 4), qualities: (0..<1100).map { UInt8($0 / 300) }))
        try check(makeColumns(kind.values(1, seed: 4)))
        try check(makeColumns(kind.values(20, seed: 4)))
    }

    @Test("is found among every kind of times", arguments: TimeKind.allCases)
    func times(_ kind: TimeKind) throws {
        var random = SeededGenerator(seed: 1)
        for count in [1, 2, 100, 1300] {
            let columns = makeColumns(
                ValueKind.temperature.values(count, seed: 1), times: kind.times(count, seed: 2),
                qualities: (0..<count).map { _ in UInt8.random(in: 0...9, using: &random) })
            try check(columns)
        }
    }

    @Test("is found across tiny frames", arguments: TimeKind.allCases)
    func tinyFrames(_ kind: TimeKind) throws {
        let limits = ChunkLimits(
            chunkSampleCountMax: 64, frameSampleCount: 3, bodyByteCountMax: 65536,
            frameColumnByteCountMax: 2048)
        let columns = makeColumns(
            ValueKind.noise.values(60, seed: 1), times: kind.times(60, seed: 3))
        try check(columns, limits: limits)
    }
}
