import TimeSeriesModel

extension TimeRange {
    /// The part of it that lies in another one; `nil` where that has no length.
    func intersection(_ other: TimeRange) -> TimeRange? {
        let start = max(from, other.from)
        let end = min(to, other.to)
        return start < end ? TimeRange(from: start, to: end) : nil
    }

    /// The part of it that is over: nothing is missing in what is to come.
    func past(at now: Timestamp) -> TimeRange {
        TimeRange(from: from, to: max(from, min(to, now)))!
    }

    /// Its length; the longest that can be said where that is longer.
    var duration: Duration {
        let (length, overflow) = to.milliseconds.subtractingReportingOverflow(from.milliseconds)
        return .milliseconds(overflow ? .max : length)
    }
}

extension Int64 {
    /// The difference, or the nearest that there is: ranges may reach to the ends of time.
    func minus(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < other ? .min : .max) : difference
    }

    /// The sum, or the nearest that there is.
    func plus(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
