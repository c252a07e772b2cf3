import BuildingModel
import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// Between which samples nothing is known.
///
/// Of a polled point: where more than two and a half intervals in force then lie between them. Of a
/// point that is recorded when it changes: where a gap was recorded.
struct GapRule: Sendable {
    let schedule: RecordingSchedule
    /// Before the schedule says anything, in milliseconds.
    let usualInterval: Int64?
    /// Of the point, ascending.
    let recorded: [Gap]
    /// The time that lies in a recorded gap: ascending, apart from one another.
    let closed: [TimeRange]
    /// The latest end of the recorded gaps up to each: ascending, unlike the ends themselves.
    let latestEnds: [Timestamp]

    /// What has not come yet is not known: a value of a change-of-value point holds no longer.
    var horizon: Int64 = .max

    /// - Parameters:
    ///   - recorded: the gaps that were written down, in any order.
    ///   - times: of samples from before the schedule begins, ascending: their most frequent step
    ///     counts there.
    init(_ schedule: RecordingSchedule, recorded: [Gap], times: some Collection<Int64>) {
        self.schedule = schedule
        self.recorded = recorded.filter { !$0.range.isEmpty }
            .sorted { ($0.range.from, $0.range.to) < ($1.range.from, $1.range.to) }
        closed = GapRule.union(of: self.recorded.map(\.range))
        var latestEnds: [Timestamp] = []
        for gap in self.recorded {
            latestEnds.append(max(latestEnds.last ?? gap.range.to, gap.range.to))
        }
        self.latestEnds = latestEnds
        usualInterval = schedule.isChangeOfValue ? nil : UsualStep.of(times)
    }

    /// From when on it is known how often the point was recorded.
    var scheduleStart: Timestamp? { schedule.spans.first?.range.from }

    /// The interval in force, in milliseconds; `nil` where none is known.
    func interval(from start: Int64, to end: Int64) -> Int64? {
        guard let usualInterval else { return schedule.interval(from: start, to: end) }
        guard let first = scheduleStart?.milliseconds, first < end else { return usualInterval }
        let scheduled = schedule.interval(from: max(start, first), to: end)
        return start < first ? max(usualInterval, scheduled ?? 0) : scheduled
    }

    /// Whether so much time without a sample is a gap.
    func isGap(from start: Int64, to end: Int64) -> Bool {
        if schedule.isChangeOfValue { return recordedStart(from: start, to: end) != nil }
        guard let interval = interval(from: start, to: end) else { return false }
        return end.minus(start).isMoreThanTwoAndAHalf(interval)
    }

    /// How far the value of a sample holds.
    ///
    /// - Parameters:
    ///   - next: the time of the next sample, if there is one.
    ///   - end: where the question ends; for what holds without one.
    func holdEnd(of time: Int64, next: Int64?, end: Int64) -> Int64 {
        if schedule.isChangeOfValue {
            let until = next ?? max(time, min(end, horizon))
            return recordedStart(from: time, to: until) ?? until
        }
        if let next, !isGap(from: time, to: next) { return next }
        // Without any interval nothing is known of how long a value is worth.
        guard let interval = interval(from: time, to: next ?? time) else { return time }
        return time.plus(interval)
    }

    /// The first moment of a span that lies in a recorded gap.
    private func recordedStart(from start: Int64, to end: Int64) -> Int64? {
        let place = closed.partitioningIndex { $0.to.milliseconds > start }
        guard place < closed.count, closed[place].from.milliseconds < end else { return nil }
        return max(start, closed[place].from.milliseconds)
    }

    /// The same time without overlap; the ranges ascend by their starts.
    static func union(of ranges: [TimeRange]) -> [TimeRange] {
        var found: [TimeRange] = []
        for range in ranges {
            if let last = found.last, range.from <= last.to {
                found[found.count - 1] = TimeRange(from: last.from, to: max(last.to, range.to))!
            } else {
                found.append(range)
            }
        }
        return found
    }
}

extension Int64 {
    /// The gap rule's factor, without overflow and without rounding.
    fileprivate func isMoreThanTwoAndAHalf(_ interval: Int64) -> Bool {
        let (double, overflow) = multipliedReportingOverflow(by: 2)
        let (five, isLong) = interval.multipliedReportingOverflow(by: 5)
        if isLong { return false }
        return overflow ? self > 0 : double > five
    }
}

extension SampleSource {
    /// The rule for a range of this point; where that begins before the schedule some of its samples
    /// from before it are read, in front of the range where it has too few.
    func gapRule(
        _ schedule: RecordingSchedule, recorded: [Gap], in range: TimeRange
    ) throws(HistoryError) -> GapRule {
        let end = schedule.spans.first?.range.from ?? TimeRange.all.to
        let part = TimeRange(from: range.from, to: min(range.to, end))
        guard let part, !part.isEmpty || range.isEmpty, !schedule.isChangeOfValue else {
            return GapRule(schedule, recorded: recorded, times: [])
        }
        var times = try samples(in: part, limit: 8192, order: .forward).times
        if times.count < 3, let older = TimeRange(from: TimeRange.all.from, to: part.to) {
            times = try samples(in: older, limit: 1024, order: .backward).times.reversed()
        }
        if times.count < 3, let newer = TimeRange(from: part.from, to: end) {
            times = try samples(in: newer, limit: 1024, order: .forward).times
        }
        return GapRule(schedule, recorded: recorded, times: times)
    }
}
