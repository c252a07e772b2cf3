/// From when on nothing is known between two samples: beyond two and a half intervals.
enum GapRule {
    static func isGap(_ length: Int64, interval: Int64) -> Bool { length * 2 > interval * 5 }

    /// The interval of some consecutive samples; nil where there are less than two.
    ///
    /// Where at least half of the steps are about as long as the middle one, it is the interval.
    /// Otherwise the point is recorded when it changes, and all but its longest steps are usual.
    static func interval(of times: some Collection<Int64>) -> Int64? {
        var steps: [Int64] = []
        steps.reserveCapacity(times.count)
        for (time, next) in zip(times, times.dropFirst()) { steps.append(next - time) }
        guard !steps.isEmpty else { return nil }
        steps.sort()
        let middle = steps[steps.count / 2]
        let usualCount = steps.count { abs($0 - middle) * 10 <= middle }
        return usualCount * 2 >= steps.count ? middle : steps[(steps.count - 1) * 95 / 100]
    }
}
