internal import BuildingModel
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
    /// When the point itself was not to be recorded.
    package let pointOff: [TimeRange]

    /// - Parameters:
    ///   - spans: in any order; of those that overlap the one with the shortest interval counts.
    ///     Spans without length or interval are left out.
    ///   - isChangeOfValue: whether a sample was recorded for each change rather than each tick.
    ///   - pointOff: when the point itself, or its device, was not to be recorded: taken off the
    ///     spans. Ascending, apart from one another.
    package init(
        _ spans: [ScheduledSpan], isChangeOfValue: Bool = false, pointOff: [TimeRange] = []
    ) {
        self.isChangeOfValue = isChangeOfValue
        self.pointOff = pointOff
        let all = spans.flatMap { $0.parts(without: pointOff) }
            .filter { !$0.range.isEmpty && $0.interval.milliseconds > 0 }
        let bounds = Set(all.flatMap { [$0.range.from, $0.range.to] }).sorted()
        var kept: [ScheduledSpan] = []
        for (start, end) in zip(bounds, bounds.dropFirst()) {
            let range = TimeRange(from: start, to: end)!
            let interval = all.lazy.filter { $0.range.intersection(range) != nil }
                .map(\.interval).min()
            guard let interval else { continue }
            if let last = kept.last, last.range.to == start, last.interval == interval {
                kept[kept.count - 1].range = TimeRange(from: last.range.from, to: end)!
            } else {
                kept.append(ScheduledSpan(range: range, interval: interval))
            }
        }
        self.spans = kept
    }

    /// When samples were due no more, or not yet again, and why.
    var pauses: [(range: TimeRange, reason: GapReason)] {
        zip(spans, spans.dropFirst()).compactMap { before, next in
            guard before.range.to < next.range.from else { return nil }
            let range = TimeRange(from: before.range.to, to: next.range.from)!
            let isOfPoint = pointOff.contains { $0.intersection(range) != nil }
            return (range, isOfPoint ? .pointDisabled : .logDisabled)
        }
    }

    /// A point that nobody collects: an interval is taken from the samples themselves.
    package static let unknown = RecordingSchedule([])
}

extension ScheduledSpan {
    /// What is left of it outside some ranges, which ascend apart from one another.
    fileprivate func parts(without ranges: [TimeRange]) -> [ScheduledSpan] {
        var found: [ScheduledSpan] = []
        var start = range.from
        for one in ranges.compactMap({ $0.intersection(range) }) {
            if start < one.from {
                found.append(
                    ScheduledSpan(range: TimeRange(from: start, to: one.from)!, interval: interval))
            }
            start = one.to
        }
        if let rest = TimeRange(from: start, to: range.to), !rest.isEmpty {
            found.append(ScheduledSpan(range: rest, interval: interval))
        }
        return found
    }
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
