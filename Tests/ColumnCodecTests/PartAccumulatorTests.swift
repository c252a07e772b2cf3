import Testing

@testable import ColumnCodec

@Suite("PartAccumulator") struct PartAccumulatorTests {
    private func aggregate(
        _ chunk: ChunkRoundTrip, _ range: Range<Int>, pieces: Int = .max
    ) throws -> ChunkStatistics {
        var part = PartAccumulator()
        var buffer = FrameBuffer()
        for frame in 0..<chunk.layout.frameCount {
            let samples = chunk.layout.samples(ofFrame: frame)
            let own = samples.clamped(to: range)
            guard !own.isEmpty else { continue }
            let bytes = chunk.frameBytes(frame)
            try chunk.layout.decode(frame: frame, from: bytes.rawSpan, into: &buffer)
            var start = own.lowerBound - samples.lowerBound
            let end = own.upperBound - samples.lowerBound
            while start < end {
                let next = pieces == .max ? end : min(end, start + pieces)
                part.add(buffer, positions: start..<next, of: chunk.layout)
                start = next
            }
        }
        return part.finish()
    }

    /// The rules of the sum, told sample by sample.
    private func expected(_ chunk: ChunkRoundTrip, _ range: Range<Int>) -> ChunkStatistics {
        var statistics = ChunkStatistics()
        var lanes = [Double](repeating: 0, count: 8)
        var exceptionLanes = lanes
        var integers: Int64 = 0
        var exceptions = 0
        let form = chunk.layout.exactForm
        for i in range {
            let value = chunk.columns.values[i]
            let quality = chunk.columns.qualities[i]
            statistics.qualityUnion |= quality
            guard quality & 0b1001_0010 == 0 else {
                statistics.badCount += 1
                continue
            }
            statistics.usableCount += 1
            guard value.isFinite else {
                statistics.nonFiniteCount += 1
                statistics.hasNonFinite = true
                continue
            }
            let lane = (i - range.lowerBound) % 8
            lanes[lane] += value
            if let form {
                let k = ScaleKernels.integer(of: value, form.divisor, isFloat: form.isFloat)
                if k == ScaleKernels.exception {
                    exceptionLanes[lane] += value
                    exceptions += 1
                } else {
                    integers += k
                }
            }
            note(value, chunk.columns.times[i], in: &statistics)
        }
        guard statistics.finiteCount > 0 else { return statistics }
        if let form, integers.magnitude <= 1 << 53 {
            statistics.sum = Double(integers) / form.divisor
            if exceptions > 0 { statistics.sum += fold(exceptionLanes) }
            statistics.sumIsExactDecimal = exceptions == 0
        } else {
            statistics.sum = fold(lanes)
        }
        return statistics
    }

    private func note(_ value: Double, _ time: Int64, in statistics: inout ChunkStatistics) {
        if statistics.firstTime == .max {
            statistics.firstTime = time
            statistics.first = value
            statistics.minimum = value
            statistics.maximum = value
        }
        statistics.lastTime = time
        statistics.last = value
        let isLess = value < statistics.minimum || (value == 0 && value.sign == .minus)
        if isLess && value <= statistics.minimum { statistics.minimum = value }
        let isGreater = value > statistics.maximum || (value == 0 && value.sign == .plus)
        if isGreater && value >= statistics.maximum { statistics.maximum = value }
    }

    private func fold(_ l: [Double]) -> Double {
        ((l[0] + l[1]) + (l[2] + l[3])) + ((l[4] + l[5]) + (l[6] + l[7]))
    }

    private static func qualities(_ count: Int) -> [[UInt8]?] {
        [
            nil, Array(repeating: 1, count: count), Array(repeating: 0x80, count: count),
            (0..<count).map { $0 % 11 == 0 ? 0x10 : UInt8($0 % 3 * 4) },
        ]
    }

    @Test(
        "agrees with the rules, whole and in part, and with the entry",
        arguments: ValueKind.allCases)
    func rules(_ kind: ValueKind) throws {
        let values = kind.values(1100, seed: 11)
        for qualities in PartAccumulatorTests.qualities(1100) {
            let chunk = try ChunkRoundTrip(makeColumns(values, qualities: qualities))
            for range in [0..<1100, 3..<1090, 1020..<1030, 700..<701] {
                let expected = expected(chunk, range)
                #expect(try aggregate(chunk, range) == expected, "\(range)")
                #expect(try aggregate(chunk, range, pieces: 77) == expected, "\(range) in pieces")
            }
            // An entry holds the times of its chunk, bad samples at the ends included.
            var whole = try aggregate(chunk, 0..<1100)
            whole.firstTime = chunk.columns.times[0]
            whole.lastTime = chunk.columns.times[1099]
            #expect(whole == chunk.encoded.statistics)
        }
    }

    @Test("sums decimals exactly: ten tenths are one") func tenths() throws {
        let chunk = try ChunkRoundTrip(makeColumns(Array(repeating: 0.1, count: 9) + [0.2]))
        #expect(chunk.encoded.statistics.sum == 1.1)
        #expect(chunk.encoded.statistics.sumIsExactDecimal)
    }

    @Test("puts −0 below +0") func zeros() throws {
        let chunk = try ChunkRoundTrip(makeColumns([0, -0.0, 0, 0, 0, 0, 0, 0]))
        #expect(chunk.encoded.statistics.minimum.sign == .minus)
        #expect(chunk.encoded.statistics.maximum.sign == .plus)
    }

    @Test("of nothing usable says so") func nothing() throws {
        let chunk = try ChunkRoundTrip(
            makeColumns([1, 2, .nan], qualities: [0x80, 0x02, 0]))
        let statistics = try aggregate(chunk, 0..<3)
        #expect(statistics.finiteCount == 0)
        #expect(statistics.usableCount == 1 && statistics.badCount == 2)
        #expect(statistics.hasNonFinite && statistics.nonFiniteCount == 1)
        #expect(statistics.minimum.isNaN && statistics.sum == 0)
        #expect(statistics.qualityUnion == 0x82)
    }

    @Test("plain columns are added in lanes, in pieces or one by one") func plain() {
        let columns = makeColumns(ValueKind.noise.values(100, seed: 1))
        var whole = PartAccumulator()
        whole.add(columns, 0..<100)
        var pieces = PartAccumulator()
        pieces.add(columns, 0..<13)
        for i in 13..<100 {
            pieces.add(
                time: columns.times[i], value: columns.values[i], quality: columns.qualities[i])
        }
        #expect(whole.finish() == pieces.finish())
        var lanes = [Double](repeating: 0, count: 8)
        for i in 0..<100 { lanes[i % 8] += columns.values[i] }
        #expect(whole.finish().sum == fold(lanes))
        #expect(!whole.finish().sumIsExactDecimal)
    }
}
