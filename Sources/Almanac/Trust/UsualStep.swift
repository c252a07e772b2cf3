/// How often a point was recorded, as its samples tell it where nobody else does.
enum UsualStep {
    /// The most frequent step, in milliseconds; of equally frequent ones the shorter.
    ///
    /// Where clocks jitter hardly a step comes twice: then it is the middle one of those about as long
    /// as the commonest length, and a round interval if it is within three percent of one.
    static func of(_ times: some Collection<Int64>) -> Int64? {
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
        guard let exact = mostFrequent(steps) else { return nil }
        let common = commonLength(steps)
        let like = steps[
            place(of: common * 2 / 3, in: steps)..<place(of: common * 3 / 2, in: steps)]
        guard exact.count * 4 < like.count else { return exact.step }
        return rounded(like[(like.startIndex + like.endIndex) / 2])
    }

    private static func mostFrequent(_ steps: [Int64]) -> (step: Int64, count: Int)? {
        var best: (step: Int64, count: Int)?
        var start = steps.startIndex
        while start < steps.endIndex {
            let end = steps[start...].firstIndex { $0 != steps[start] } ?? steps.endIndex
            if end - start > best?.count ?? 0 { best = (steps[start], end - start) }
            start = end
        }
        return best
    }

    /// Where the most steps lie within a tenth of one another, the first of them.
    private static func commonLength(_ steps: [Int64]) -> Int64 {
        var best = (first: steps[0], count: 0)
        var end = 0
        for start in steps.indices {
            while end < steps.count, steps[end] <= steps[start] + steps[start] / 10 { end += 1 }
            if end - start > best.count { best = (steps[start], end - start) }
        }
        return best.first
    }

    /// The first place of a step as long or longer.
    private static func place(of length: Int64, in steps: [Int64]) -> Int {
        steps.partitioningIndex { $0 >= length }
    }

    /// Intervals that people set, in seconds: what an hour, a minute and a day divide into.
    private static let round: [Int64] =
        [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].flatMap { [$0, $0 * 60] }
        + [1, 2, 3, 4, 6, 8, 12, 24].map { $0 * 3600 }

    private static func rounded(_ step: Int64) -> Int64 {
        round.map { $0 * 1000 }.first { abs(step - $0) * 100 <= $0 * 3 } ?? step
    }
}
