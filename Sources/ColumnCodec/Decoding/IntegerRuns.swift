/// Runs of equal integers of a frame, as the codec of binaries and schedules keeps them.
struct IntegerRuns: Sendable {
    struct Run: Sendable {
        var value: Int64
        var end: Int
    }

    /// The first ``count`` count: memory is kept from frame to frame.
    private var runs: [Run] = []
    /// How many runs there are.
    private(set) var count = 0
    private(set) var greatestMagnitude: UInt64 = 0

    /// Whether all values are integers that an encoder writes.
    var areWithinBounds: Bool { greatestMagnitude <= ScaledForm.integerMax.magnitude }

    var isEmpty: Bool { count == 0 }

    mutating func clear() { count = 0 }

    /// varint runs, their svarint differences of k, then their varint lengths.
    mutating func read(_ reader: inout ByteReader, count total: Int) throws(CodecError) {
        let count = try reader.varint(upTo: total, "runs")
        self.count = count
        if runs.count < count {
            runs.append(
                contentsOf: repeatElement(Run(value: 0, end: 0), count: count - runs.count))
        }
        var span = runs.mutableSpan
        var k: Int64 = 0
        var greatest: UInt64 = 0
        for run in 0..<count {
            k &+= try reader.svarint()
            greatest = max(greatest, k.magnitude)
            span[run].value = k
        }
        var position = 0
        for run in 0..<count {
            let length = try reader.varint()
            guard length > 0, length <= UInt64(total - position) else {
                throw .malformed("run: found \(length), expected 1...\(total - position)")
            }
            position += Int(length)
            span[run].end = position
        }
        guard position == total else {
            throw .malformed("runs: found \(position) samples, expected \(total)")
        }
        greatestMagnitude = greatest
    }

    var span: Span<Run> { @_lifetime(borrow self) borrowing get { runs.span } }

    /// Sums up all samples.
    func summarize() -> SumKernels.Integers {
        var current = 0
        return IntegerRuns.summarize(runs.span, 0..<runs[count - 1].end, from: &current)
    }

    /// Sums up the samples at `positions`, which lie in run `current` or behind it.
    @inline(__always)
    static func summarize(
        _ runs: Span<Run>, _ positions: Range<Int>, from current: inout Int
    ) -> SumKernels.Integers {
        var result = SumKernels.Integers()
        var position = positions.lowerBound
        while runs[current].end <= position { current += 1 }
        result.first = runs[current].value
        while true {
            let run = runs[current]
            let end = min(run.end, positions.upperBound)
            result.sum &+= run.value &* Int64(end - position)
            result.least = min(result.least, run.value)
            result.greatest = max(result.greatest, run.value)
            result.last = run.value
            position = end
            guard position < positions.upperBound else { return result }
            current += 1
        }
    }
}
