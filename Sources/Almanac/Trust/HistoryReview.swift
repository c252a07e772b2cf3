import BuildingModel
import SegmentStore
public import TimeSeriesModel

/// Looks through points of one committed state for what is missing and what looks wrong.
///
/// Duplicate, replaced and late samples are counted by their own times, to the day: a day's count
/// enters whole where its first to last time touches the range. Quarantined ones, whose times say
/// nothing, are counted by the time they came. Imports are not counted.
///
/// May be asked from several threads at once.
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
    /// - Throws: `damaged` if the journal cannot be read.
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
        self.snapshot = snapshot
        end = now ?? snapshot.now
        asked = range
        self.range = range.past(at: end)
        scheduled = try snapshot.scheduledSpans(of: point, until: end)
        // Now, lest each of the threads that will ask reads it.
        try snapshot.journal.prepare(range, for: snapshot.engine)
    }

    /// What there is of a point, what is missing and why, and what looks wrong.
    ///
    /// - Throws: `unknownPoint`; `limitExceeded` above ten million samples of the point; `damaged`,
    ///   unless the snapshot steps over it: then it is a gap with that reason.
    public func report(of point: PointAddress) throws(HistoryError) -> QualityReport {
        try snapshot.context.meter.measure { () throws(HistoryError) in
            let known = try snapshot.damagedGaps(of: point)
            var report = try look(at: point)
            // What damage took is found by reading; only then it can be told as a gap's reason.
            let damaged = try snapshot.damagedGaps(of: point)
            if damaged != known { report = try look(at: point) }
            report.add(damaged.compactMap { $0.clipped(to: range) })
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
        var counters = try snapshot.journal.counters(of: point, in: asked, for: snapshot.engine)
        if let pending = snapshot.pendingCounts {
            counters += pending.counters(of: point, in: asked)
        }
        return counters
    }
}

extension QualityReport {
    /// Adds gaps where the samples that are left tell of none: before the first of them, or without
    /// any.
    fileprivate mutating func add(_ damaged: [Gap]) {
        let unseen = damaged.filter { gap in
            !gaps.contains { $0.range.intersection(gap.range) != nil }
        }
        guard !unseen.isEmpty else { return }
        gaps = (gaps + unseen).sorted { $0.range.from < $1.range.from }
        level = .red
    }
}

extension Gap {
    /// The part of it that lies in a range; nil where there is none.
    fileprivate func clipped(to range: TimeRange) -> Gap? {
        self.range.intersection(range).map {
            Gap(point: point, range: $0, reason: reason, detail: detail)
        }
    }
}
