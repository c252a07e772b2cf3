/// A bucket with a value of its own.
struct FilledBucket: Hashable, Sendable {
    /// Unix milliseconds.
    let start: Int64
    let value: Double
}

/// What stands in buckets without samples: nothing that lies in a gap, which is more than two and a
/// half intervals without a sample; a held value reaches one interval past the last.
struct FillRule: Sendable {
    let choice: FillChoice
    /// Of the point's samples, in milliseconds.
    let interval: Int64

    /// - Parameters:
    ///   - previous: the newest bucket with a value before these; afterwards the newest of all.
    ///   - next: the first one behind them.
    func fill(
        _ values: inout [Double?], starts: [Int64], after previous: inout FilledBucket?,
        before next: FilledBucket?
    ) {
        var emptyFrom = 0
        for place in values.indices {
            guard let value = values[place] else { continue }
            let own = FilledBucket(start: starts[place], value: value)
            fill(&values, emptyFrom..<place, starts, previous, own)
            previous = own
            emptyFrom = place + 1
        }
        fill(&values, emptyFrom..<values.count, starts, previous, next)
    }

    private func fill(
        _ values: inout [Double?], _ range: Range<Int>, _ starts: [Int64],
        _ previous: FilledBucket?, _ next: FilledBucket?
    ) {
        guard let previous else { return }
        for place in range {
            values[place] = value(at: starts[place], between: previous, and: next)
        }
    }

    private func value(
        at start: Int64, between previous: FilledBucket, and next: FilledBucket?
    ) -> Double? {
        let isGap = next.map { ($0.start - previous.start) * 2 > interval * 5 } ?? true
        switch choice {
        case .none: return nil
        case .hold:
            return !isGap || start - previous.start <= interval ? previous.value : nil
        case .linear:
            guard let next, !isGap else { return nil }
            let share = Double(start - previous.start) / Double(next.start - previous.start)
            return previous.value + (next.value - previous.value) * share
        }
    }
}
