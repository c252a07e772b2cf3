import BuildingModel
import DurableFiles
import SegmentStore
import Synchronization

extension DataManager {
    /// Compares the samples with the clock: which points have samples in the future, and whether the
    /// clock is behind the data.
    ///
    /// - Throws: `damaged`.
    public func clockReview() throws(HistoryError) -> ClockReview {
        try view.clockReview(at: time.now, tolerance: tolerance)
    }

    /// The same, made at most once a minute; `nil` if it cannot be made now.
    func recentClockReview(_ snapshot: Snapshot, _ summary: StoreSummary?) -> ClockReview? {
        let now = time.now
        let uptime = time.uptime
        let limit = Timestamp(rawValue: now.rawValue.plus(tolerance.milliseconds))
        // Nearly always the times of the files show that no sample is in the future.
        guard let last = summary?.lastTime, last > limit else {
            return ClockReview(
                now: now, futureSamples: [], isClockBehind: false, newestTime: summary?.lastTime)
        }
        if let known = lastClockReview.withLock({ $0 }), uptime - known.madeAt < .seconds(60) {
            return known.review
        }
        let review = try? HistorySnapshot(snapshot, context).clockReview(
            at: now, tolerance: tolerance)
        guard let review else { return nil }
        lastClockReview.withLock { $0 = .init(madeAt: uptime, review: review) }
        return review
    }

    /// A comparison with the clock, and when it was made.
    struct DatedClockReview: Sendable {
        /// Uptime.
        var madeAt: Duration
        var review: ClockReview
    }

    /// Removes samples that are in the future: later than now by more than `clock_future_limit`.
    ///
    /// Such samples come from a device with a wrong clock. They leave an audit entry per point, and
    /// no gap, since nothing was due at their times.
    ///
    /// - Parameters:
    ///   - points: the only ones whose samples are removed; `nil` for all.
    ///   - dryRun: counts what would be removed, and removes nothing.
    ///   - author: the author of the audit entries.
    /// - Throws: `clockBehind` if the clock is behind the data: then nothing is known to be wrong
    ///   with the samples; as ``DataManager/removeSamples(olderThan:dryRun:by:)``.
    @discardableResult
    public func removeFutureSamples(
        of points: Set<PointAddress>? = nil, dryRun: Bool = false, by author: Author = .program
    ) async throws(HistoryError) -> RemovalReport {
        let snapshot = view
        let now = time.now
        let tolerance = tolerance
        let review = try await threads.reads.read { () throws(HistoryError) in
            try snapshot.clockReview(at: now, tolerance: tolerance)
        }
        guard !review.isClockBehind else {
            throw HistoryError(
                .clockBehind,
                "the clock is at \(now), and most points have samples up to "
                    + "\(review.present): set the clock first")
        }
        let found = review.futureSamples.filter { points?.contains($0.point) ?? true }
        let series = Set(found.compactMap { snapshot.catalog.series(of: $0.point) })
        guard !dryRun, !series.isEmpty else {
            let count = found.reduce(0) { $0 + $1.count }
            return RemovalReport(samples: count, files: 0, bytes: 0)
        }
        let limit = Timestamp(rawValue: now.rawValue.plus(tolerance.milliseconds))
        let range = TimeRange(
            from: Timestamp(rawValue: limit.rawValue.plus(1)), to: TimeRange.all.to)!
        return try await write { [self] (store) throws(StoreError) in
            let report = try store.remove(series, in: range)
            var entries: [JournalEntry] = []
            for item in found {
                let audit = AuditEntry(
                    at: now, operation: "removeFutureSamples", by: author, point: item.point,
                    oldValue: "\(item.count) samples from \(item.firstTime.rawValue) to "
                        + "\(item.lastTime.rawValue)")
                entries.append(try audit.journalEntry())
            }
            record(done: entries, in: store)
            return RemovalReport(report)
        }
    }
}
