package import TimeSeriesModel

/// A stretch of time in which a point and its log were active, and how often it was recorded.
package struct ScheduledSpan: Hashable, Sendable {
    package var range: TimeRange
    /// Between two ticks; they lie on whole multiples of it since 1970 UTC.
    package var interval: Duration

    package init(range: TimeRange, interval: Duration) {
        self.range = range
        self.interval = interval
    }
}

/// When samples of a point were due.
package struct RecordingSchedule: Hashable, Sendable {
    /// Ascending, without overlap and without empty ones.
    package let spans: [ScheduledSpan]
    /// Whether a sample was recorded for each change rather than each tick.
    package let isChangeOfValue: Bool

    /// - Parameters:
    ///   - spans: in any order; of two that overlap the later one counts from its start on.
    ///     Spans without length or interval are left out.
    ///   - isChangeOfValue: whether a sample was recorded for each change rather than each tick.
    package init(_ spans: [ScheduledSpan], isChangeOfValue: Bool = false) {
        self.isChangeOfValue = isChangeOfValue
        var kept: [ScheduledSpan] = []
        let sorted = spans.filter { !$0.range.isEmpty && $0.interval.milliseconds > 0 }
            .sorted { $0.range.from < $1.range.from }
        for span in sorted {
            if let last = kept.last, last.range.to > span.range.from {
                kept.removeLast()
                if let range = TimeRange(from: last.range.from, to: span.range.from),
                    !range.isEmpty
                {
                    kept.append(ScheduledSpan(range: range, interval: last.interval))
                }
            }
            kept.append(span)
        }
        self.spans = kept
    }

    /// A point that nobody collects: an interval is taken from the samples themselves.
    package static let unknown = RecordingSchedule([])
}

extension RecordingSchedule {
    /// The interval in force between two samples, in milliseconds: where it changed, the longest.
    /// Outside all spans the one before counts, else the one behind; `nil` where there is none.
    func interval(from start: Int64, to end: Int64) -> Int64? {
        let after = spans.partitioningIndex { $0.range.from.milliseconds > end }
        var longest: Int64?
        var place = after
        while place > 0 {
            place -= 1
            let span = spans[place]
            if span.range.to.milliseconds <= start {
                // The one before, where none overlaps.
                longest = longest ?? span.interval.milliseconds
                break
            }
            longest = max(longest ?? 0, span.interval.milliseconds)
        }
        return longest ?? spans.first?.interval.milliseconds
    }
}

extension Array {
    /// The first place whose element satisfies a predicate that stays true from there on.
    func partitioningIndex(where isBeyond: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
