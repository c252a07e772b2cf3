import Testing

@testable import ColumnCodec

@Suite("Parts summed up as integers") struct IntegerPartTests {
    /// Sums up a chunk between bounds, and compares each part with the decoded samples it stands for.
    /// - Returns: how many frames could be summed up.
    @discardableResult
    private func check(
        _ columns: SampleColumns, _ bounds: [Int64], limits: ChunkLimits = .disk
    ) throws -> Int {
        let chunk = try ChunkRoundTrip(columns, limits: limits)
        guard chunk.layout.sumsStayExact(chunk.encoded.statistics) else { return 0 }
        var parts = IntegerParts()
        var buffer = FrameBuffer()
        var decoded = FrameBuffer()
        var summed = 0
        for frame in 0..<chunk.layout.frameCount {
            let bytes = chunk.frameBytes(frame)
            guard
                try chunk.layout.sumUp(
                    frame: frame, from: bytes.rawSpan, lastTime: columns.times.last!,
                    between: bounds, into: &parts, using: &buffer)
            else { continue }
            summed += 1
            try chunk.layout.decode(frame: frame, from: bytes.rawSpan, into: &decoded)
            var inside = decoded.times.filter { $0 >= bounds[0] && $0 < bounds.last! }.count
            for index in parts.parts.indices {
                let part = parts.parts[index]
                let from = bounds[part.bucket]
                let to = bounds[part.bucket + 1]
                let start = decoded.times.firstIndex { $0 >= from }!
                let end = decoded.times.lastIndex { $0 < to }! + 1
                var expected = PartAccumulator()
                expected.add(decoded, positions: start..<end, of: chunk.layout)
                var found = PartAccumulator()
                found.add(part, quality: parts.quality, of: chunk.layout)
                #expect(found.finish() == expected.finish())
                inside -= part.count
            }
            #expect(inside == 0, "every sample is in a part")
        }
        return summed
    }

    private static func grids(_ times: [Int64]) -> [[Int64]] {
        let first = times[0]
        let last = times[times.count - 1]
        let hours = stride(from: first - first % 3_600_000, to: last, by: 3_600_000)
        return [
            [first, last + 1], [first - 5, first + 1], [first + 1, last], [last + 1, last + 2],
            Array(hours.prefix(2000)) + [max(last, first + 8_000_000_000_000)],
            [first, times[times.count / 3], times[times.count / 2] + 1, last],
            [first - 10, first - 5, last + 5, last + 10],
        ].filter { bounds in zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 } }
    }

    @Test("agree with decoded samples of every kind", arguments: ValueKind.allCases)
    func values(_ kind: ValueKind) throws {
        for times in [TimeKind.regular, .jitterAndGaps, .rarelyLate] {
            let columns = makeColumns(
                kind.values(2500, seed: 5), times: times.times(2500, seed: 6))
            for bounds in IntegerPartTests.grids(columns.times) { try check(columns, bounds) }
        }
    }

    @Test("agree with decoded samples at all times", arguments: TimeKind.allCases)
    func times(_ kind: TimeKind) throws {
        for count in [1, 2, 255, 256, 257, 1300] {
            for values in [ValueKind.temperature, .schedule, .percent, .fewDistinct] {
                let columns = makeColumns(
                    values.values(count, seed: 1), times: kind.times(count, seed: 2))
                for bounds in IntegerPartTests.grids(columns.times) { try check(columns, bounds) }
            }
        }
    }

    @Test("agree across tiny frames", arguments: TimeKind.allCases)
    func tinyFrames(_ kind: TimeKind) throws {
        let limits = ChunkLimits(
            chunkSampleCountMax: 64, frameSampleCount: 3, bodyByteCountMax: 65536,
            frameColumnByteCountMax: 2048)
        let columns = makeColumns(
            ValueKind.schedule.values(60, seed: 1), times: kind.times(60, seed: 3))
        for bounds in IntegerPartTests.grids(columns.times) {
            try check(columns, bounds, limits: limits)
        }
    }

    @Test(
        "are made of the usual kinds",
        arguments: [
            ValueKind.temperature, .humidity, .binary, .schedule, .percent,
        ])
    func usual(_ kind: ValueKind) throws {
        let columns = makeColumns(
            kind.values(4096, seed: 3), times: TimeKind.jitter.times(4096, seed: 3))
        #expect(try check(columns, [columns.times[0], columns.times[4095] + 1]) == 4)
        #expect(try check(columns, [columns.times[0], columns.times[4095]]) == 4)
    }

    @Test("leave bad samples to the decoder") func bad() throws {
        var qualities = [UInt8](repeating: 0, count: 2048)
        qualities[1500] = 0x80
        let columns = makeColumns(
            ValueKind.temperature.values(2048, seed: 3), qualities: qualities)
        #expect(try check(columns, [columns.times[0], columns.times[2047]]) == 1)
    }
}
