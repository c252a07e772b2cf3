import BuildingModel
import TimeSeriesModel

/// How much of what was due is there.
public struct Coverage: Hashable, Sendable {
    /// Ticks while point and log were active; 0 for a point that is recorded when it changes.
    public var expectedTickCount: Int
    /// Those of them that have a usable sample.
    public var coveredTickCount: Int
    /// Covered by expected ticks; for a point that is recorded when it changes, the share of the
    /// active time that lies in no recorded gap. `nil` where nothing was due.
    public var fraction: Double?

    public static let none = Coverage(expectedTickCount: 0, coveredTickCount: 0, fraction: nil)
}

extension GapRule {
    /// A tick is covered by a usable sample from it on, up to the next tick.
    ///
    /// - Parameters:
    ///   - times: of the usable samples in the range, ascending.
    ///   - extent: from the point's first sample to its last, however far outside the range: where
    ///     no schedule is known, samples were due from the first one on, for nobody said that it ended.
    func coverage(of range: TimeRange, times: [Int64], extent: TimeRange?) -> Coverage {
        if schedule.isChangeOfValue { return coverageInTime(of: range, extent: extent) }
        var coverage = Coverage.none
        for span in dueSpans(extent, to: range.to) {
            guard let part = span.range.intersection(range) else { continue }
            let step = span.interval.milliseconds
            let first = ticks(before: part.from.milliseconds, every: step)
            let end = ticks(before: part.to.milliseconds, every: step)
            coverage.expectedTickCount += Int(end - first)
            var lastTick = Int64.min
            var place = times.partitioningIndex { $0 >= first * step }
            while place < times.count, times[place] < part.to.milliseconds {
                let tick = times[place].floorDivided(by: step)
                if tick != lastTick, tick >= first, tick < end { coverage.coveredTickCount += 1 }
                lastTick = tick
                place += 1
            }
        }
        if coverage.expectedTickCount > 0 {
            coverage.fraction =
                Double(coverage.coveredTickCount) / Double(coverage.expectedTickCount)
        }
        return coverage
    }

    /// The number of the first tick at or behind a moment.
    private func ticks(before time: Int64, every step: Int64) -> Int64 {
        let tick = time.floorDivided(by: step)
        return tick * step < time ? tick + 1 : tick
    }

    /// When samples were due: as the schedule says, and before it from the first sample on.
    private func dueSpans(_ extent: TimeRange?, to end: Timestamp) -> [ScheduledSpan] {
        guard let extent, let usualInterval,
            let early = TimeRange(from: extent.from, to: scheduleStart ?? max(end, extent.to)),
            !early.isEmpty
        else { return schedule.spans }
        return [ScheduledSpan(range: early, interval: .milliseconds(usualInterval))]
            + schedule.spans
    }

    private func coverageInTime(of range: TimeRange, extent: TimeRange?) -> Coverage {
        let spans = schedule.spans.isEmpty ? extent.map { [$0] } ?? [] : schedule.spans.map(\.range)
        var due: Int64 = 0
        var missing: Int64 = 0
        for part in spans.compactMap({ $0.intersection(range) }) {
            due += part.duration.milliseconds
            for gap in closed.compactMap({ $0.intersection(part) }) {
                missing += gap.duration.milliseconds
            }
        }
        var coverage = Coverage.none
        if due > 0 { coverage.fraction = Double(due - missing) / Double(due) }
        return coverage
    }
}
