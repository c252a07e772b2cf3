import BuildingModel
import SegmentStore
public import TimeSeriesModel

/// Looks through points of one committed state for what is missing and what looks wrong.
///
/// Duplicate, replaced and late samples are counted by their own times, to the day: a day's count
/// enters whole where its first to last time touches the range. Quarantined ones, whose times say
/// nothing, are counted by the time they came. Imports are not counted.
///
/// Damaged samples are a gap with that reason and listed in the report. Several threads may make
/// reports at once.
public struct HistoryReview: Sendable {
    private let snapshot: HistorySnapshot
    private let asked: TimeRange
    /// What of the range is over.
    let range: TimeRange
    private let end: Timestamp
    private let scheduled: [PointAddress: [ScheduledSpan]]

    /// Counts of the last minute, which their writer has not written yet, are not seen.
    ///
    /// - Parameters:
    ///   - snapshot: the state to look at.
    ///   - range: nothing is missing in the part of it that is to come.
    ///   - now: up to when active trend logs made samples due; nil for ``HistorySnapshot/now``.
    public init(
        of snapshot: HistorySnapshot, in range: TimeRange, now: Timestamp? = nil
    ) throws(HistoryError) {
        try self.init(of: snapshot, in: range, now: now, only: nil)
    }

    /// - Parameter point: the only one that will be reported on; nil for all.
    init(
        of snapshot: HistorySnapshot, in range: TimeRange, now: Timestamp? = nil,
        only point: PointAddress?
    ) throws(HistoryError) {
        self.snapshot = snapshot.skippingDamage()
        end = now ?? snapshot.now
        asked = range
        self.range = range.past(at: end)
        scheduled = try snapshot.scheduledSpans(of: point, until: end)
        // Now, so that not each of the threads reads it.
        let (reviewed, looked) = (self.snapshot, self.range)
        try reviewed.readable(else: ()) { () throws(HistoryError) in
            try reviewed.journal.prepare(looked, for: reviewed.engine)
        }
    }

    /// Returns what there is of a point, what is missing and why, and what looks wrong.
    ///
    /// - Throws: `unknownPoint`; `limitExceeded` above ten million samples of the point; `cancelled`.
    public func report(of point: PointAddress) throws(HistoryError) -> QualityReport {
        try snapshot.context.meter.measure { () throws(HistoryError) in
            try HistoryError.checkCancellation()
            var report = try snapshot.repeatedAfterDamage(of: [point]) {
                () throws(HistoryError) in try look(at: point)
            }
            if report.gaps.addUnseen(snapshot.damagedGaps(of: point), in: range) {
                report.level = .red
            }
            report.damaged = snapshot.damagedParts(of: point, in: range)
            try addFutureSamples(to: &report)
            return report
        }
    }

    private func addFutureSamples(to report: inout QualityReport) throws(HistoryError) {
        let limit = Timestamp(
            milliseconds: end.milliseconds.plus(ClockReview.tolerance.milliseconds))
        let found = try snapshot.futureSamples(of: report.point, after: limit, in: asked)
        guard let found else { return }
        report.futureCount = found.count
        report.level = max(report.level, .warning)
    }

    /// With the damage known so far as reasons of gaps.
    private func look(at point: PointAddress) throws(HistoryError) -> QualityReport {
        let counters = try counters(of: point)
        let history = try snapshot.history(
            of: point, in: range, dueUntil: end, scheduled: scheduled)
        guard let reader = history else {
            return QualityReport(
                point: point, range: range, coverage: .none, gaps: [], hasNoData: true,
                isStalled: false, flatLines: [], outOfRangeCount: 0, usableCount: 0, badCount: 0,
                counters: counters, level: .good)
        }
        return try QualityReader(
            source: reader.source, point: point, dataType: reader.dataType,
            profile: reader.profile, rule: reader.rule
        ).report(in: range, counters)
    }

    private func counters(of point: PointAddress) throws(HistoryError) -> IngestCounters {
        // What was counted is counted where a clock was ahead, too.
        var counters = try snapshot.readable(else: IngestCounters()) {
            () throws(HistoryError) in
            try snapshot.journal.counters(of: point, in: asked, for: snapshot.engine)
        }
        if let pending = snapshot.pendingCounts {
            counters += pending.counters(of: point, in: asked)
        }
        return counters
    }
}
