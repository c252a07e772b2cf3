import TimeSeriesModel

/// The definitions of aggregates, gaps and coverage, written down once more: on plain arrays, one
/// moment at a time, as slowly as it takes to be obvious.
struct NaiveHistory {
    struct Span {
        var from: Int64
        var to: Int64
        var interval: Int64
    }

    enum Course { case hold, linear }

    /// Ascending, of any quality.
    var samples: [Sample]
    /// When the point was recorded; empty where nobody knows.
    var spans: [Span] = []
    var isChangeOfValue = false
    /// From and to of recorded gaps.
    var recorded: [(Int64, Int64)] = []
    /// Where spans are empty.
    var usualInterval: Int64?

    var usable: [Sample] { samples.filter { $0.quality.isUsable && $0.value.isFinite } }

    func inside(_ a: Int64, _ b: Int64) -> [Sample] {
        usable.filter { $0.time.milliseconds >= a && $0.time.milliseconds < b }
    }

    /// The longest in force in a span of time, else that of the span before it, else of the first.
    func interval(_ start: Int64, _ end: Int64) -> Int64? {
        let inForce = spans.filter { $0.from <= end && $0.to > start }
        if let longest = inForce.map(\.interval).max() { return longest }
        if let before = spans.last(where: { $0.to <= start }) { return before.interval }
        return spans.first?.interval ?? usualInterval
    }

    func isGap(_ start: Int64, _ end: Int64) -> Bool {
        if isChangeOfValue { return recorded.contains { $0.0 < end && $0.1 > start } }
        guard let interval = interval(start, end) else { return false }
        return Double(end - start) > 2.5 * Double(interval)
    }

    /// The value at a moment, or nil where nothing is known.
    func value(at moment: Double, _ course: Course) -> Double? {
        let left = usable.last { Double($0.time.milliseconds) <= moment }
        let right = usable.first { Double($0.time.milliseconds) > moment }
        guard let left else { return nil }
        let start = left.time.milliseconds
        switch course {
        case .linear:
            guard let right, !isGap(start, right.time.milliseconds) else { return nil }
            let share =
                (moment - Double(start)) / Double(right.time.milliseconds - start)
            return left.value * (1 - share) + right.value * share
        case .hold:
            if isChangeOfValue {
                let isCut = recorded.contains { $0.0 <= Int64(moment) && $0.1 > start }
                return isCut ? nil : left.value
            }
            if let right, !isGap(start, right.time.milliseconds) { return left.value }
            guard let interval = interval(start, right?.time.milliseconds ?? start) else {
                return nil
            }
            return moment < Double(start + interval) ? left.value : nil
        }
    }

    /// Over cells of a length that divides every time that occurs: the middle of a cell stands for
    /// all of it, on lines too.
    func timeWeighted(_ a: Int64, _ b: Int64, cell: Int64, _ course: Course)
        -> (mean: Double?, covered: Int64)
    {
        var area = 0.0
        var covered: Int64 = 0
        for start in stride(from: a, to: b, by: Int64.Stride(cell)) {
            let middle = Double(start) + Double(cell) / 2
            guard let value = value(at: middle, course) else { continue }
            area += value
            covered += 1
        }
        return (covered > 0 ? area / Double(covered) : nil, covered * cell)
    }

    /// The mean of the bucket that a moment begins, or what a line between the nearest buckets with
    /// samples gives there. What is asked for cuts the grid's buckets at both of its ends.
    func meanOrLine(_ moment: Int64, width: Int64, asked: Range<Int64>) -> Double? {
        let cuts = [asked.lowerBound, asked.upperBound]
        func bucket(_ time: Int64) -> (start: Int64, samples: [Sample]) {
            let whole = time - ((time % width) + width) % width
            let start = max(whole, cuts.last { $0 <= time } ?? whole)
            let end = min(whole + width, cuts.first { $0 > time } ?? whole + width)
            return (start, inside(start, end))
        }
        func mean(_ samples: [Sample]) -> Double {
            samples.map(\.value).reduce(0, +) / Double(samples.count)
        }
        let own = bucket(moment).samples
        if !own.isEmpty { return mean(own) }
        guard let left = usable.last(where: { $0.time.milliseconds < moment }),
            let right = usable.first(where: { $0.time.milliseconds >= moment }),
            !isGap(left.time.milliseconds, right.time.milliseconds)
        else { return nil }
        let before = bucket(left.time.milliseconds)
        let after = bucket(right.time.milliseconds)
        let share = Double(moment - before.start) / Double(after.start - before.start)
        return mean(before.samples) * (1 - share) + mean(after.samples) * share
    }

    func lastUsable(atOrBefore time: Int64) -> Int? {
        usable.lastIndex { $0.time.milliseconds <= time }
    }

    /// Of a value, or of a register that falls.
    func delta(_ a: Int64, _ b: Int64, isTotalizer: Bool, modulus: Double?)
        -> (delta: Double?, falls: Int)
    {
        let touching = usable.contains { $0.time.milliseconds >= a && $0.time.milliseconds <= b }
        guard touching, let end = lastUsable(atOrBefore: b) else { return (nil, 0) }
        let first = usable.firstIndex { $0.time.milliseconds >= a && $0.time.milliseconds < b }
        guard let start = lastUsable(atOrBefore: a) ?? first else { return (nil, 0) }
        guard isTotalizer else { return (usable[end].value - usable[start].value, 0) }
        var amount = 0.0
        var falls = 0
        for place in stride(from: start, to: end, by: 1) {
            let step = usable[place + 1].value - usable[place].value
            if step >= 0 {
                amount += step
            } else {
                falls += 1
                if let modulus {
                    amount += step + modulus
                } else {
                    amount += usable[place + 1].value
                }
            }
        }
        return (amount, falls)
    }

    func consumption(_ a: Int64, _ b: Int64) -> Double? {
        let own = usable.filter { $0.time.milliseconds > a && $0.time.milliseconds <= b }
        return own.isEmpty ? nil : own.map(\.value).reduce(0, +)
    }

    func coverage(_ a: Int64, _ b: Int64) -> (expected: Int, covered: Int) {
        var expected = 0
        var covered = 0
        for span in spans {
            var tick = Int64((Double(span.from) / Double(span.interval)).rounded(.up))
            while tick * span.interval < min(b, span.to) {
                let time = tick * span.interval
                tick += 1
                if time < a { continue }
                expected += 1
                let end = min(time + span.interval, b, span.to)
                if !inside(time, end).isEmpty { covered += 1 }
            }
        }
        return (expected, covered)
    }
}
