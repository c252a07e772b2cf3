/// Runs of equal integers of a frame, as the codec of binaries and schedules keeps them.
struct IntegerRuns: Sendable {
    private(set) var values: [Int64] = []
    /// Where each run ends.
    private(set) var ends: [Int] = []
    private var current = 0

    var isEmpty: Bool { ends.isEmpty }

    mutating func clear() {
        values.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        current = 0
    }

    /// varint runs, their svarint differences of k, then their varint lengths.
    mutating func read(_ reader: inout ByteReader, count: Int) throws(CodecError) {
        clear()
        let runs = try reader.varint(upTo: count, "runs")
        var k: Int64 = 0
        for _ in 0..<runs {
            k &+= try reader.svarint()
            values.append(k)
        }
        var position = 0
        for _ in 0..<runs {
            let length = try reader.varint()
            guard length > 0, length <= UInt64(count - position) else {
                throw .malformed("run: found \(length), expected 1...\(count - position)")
            }
            position += Int(length)
            ends.append(position)
        }
        guard position == count else {
            throw .malformed("runs: found \(position) samples, expected \(count)")
        }
    }

    /// Whether all lie within ±`bound`.
    func areWithin(_ bound: Int64) -> Bool { values.allSatisfy { $0 >= -bound && $0 <= bound } }

    /// Sums up the samples at `positions`, which lie at or behind those of the call before.
    mutating func summarize(_ positions: Range<Int>) -> SumKernels.Integers {
        var result = SumKernels.Integers()
        var position = positions.lowerBound
        while ends[current] <= position { current += 1 }
        result.first = values[current]
        while true {
            let k = values[current]
            let end = min(ends[current], positions.upperBound)
            result.sum &+= k &* Int64(end - position)
            result.least = min(result.least, k)
            result.greatest = max(result.greatest, k)
            result.last = k
            position = end
            guard position < positions.upperBound else { return result }
            current += 1
        }
    }
}
