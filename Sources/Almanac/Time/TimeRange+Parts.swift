public import TimeSeriesModel

extension TimeRange {
    /// The part of it that is in another one; nil if that has no length.
    public func intersection(_ other: TimeRange) -> TimeRange? {
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
