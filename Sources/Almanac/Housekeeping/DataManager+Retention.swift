import SegmentStore

extension DataManager {
    /// Removes what the configured policy lets go: what is older than `data_retention_days`, and
    /// while the store is larger than `retention_bytes` the oldest whole years; besides values of the
    /// cache that nobody would be given any more, and files that failed work has left.
    ///
    /// The year under way is not removed for the sake of bytes, so a store may stay larger than the
    /// bound. Leaves a gap `removed` of every point, and an audit entry.
    ///
    /// - Parameters:
    ///   - dryRun: only reports what would go; the same counts as without it.
    ///   - author: the author of the audit entry.
    /// - Throws: `readOnly`, `busy` while an import is under way, `diskFull`, `damaged`.
    @discardableResult
    public func removeExpiredData(
        dryRun: Bool = false, by author: Author = .program
    ) async throws(HistoryError) -> RemovalReport {
        var report = try await removeExpiredSamples(dryRun: dryRun, by: author)
        report.staleValues = sweepCache(dryRun: dryRun)
        report.leftoverFiles = try await write(on: threads.upkeep) { (store) throws(StoreError) in
            try store.removeLeftovers(dryRun: dryRun)
        }
        return report
    }

    /// The same of samples alone.
    func removeExpiredSamples(
        dryRun: Bool, by author: Author
    ) async throws(HistoryError) -> RemovalReport {
        let policy = RetentionPolicy(
            days: configuration.dataRetentionDays, byteCount: configuration.retentionByteCount)
        let now = time.now
        // Measures the store's files.
        let floor = try await threads.reads.read { [self] () throws(HistoryError) in
            try view.floor(of: policy, at: now, tolerance)
        }
        guard let floor else {
            return RemovalReport(samples: 0, files: 0, bytes: 0)
        }
        return try await removeSamples(before: floor, dryRun, as: "removeExpiredData", by: author)
    }

    /// Lets go of cached values that would not be given any more.
    ///
    /// Where a device fails, its last value is given as stale; so values are kept for a day beyond
    /// their time, unless the configuration says that stale ones are never given.
    func sweepCache(dryRun: Bool = false) -> Int {
        let tolerance: Duration =
            configuration.cacheServeStale == .never ? .zero : DataManager.staleTolerance
        return realtime.evictStaleValues(staleFor: tolerance, dryRun: dryRun)
    }

    /// How long a stale value is kept for the case that its device fails.
    public static let staleTolerance: Duration = .seconds(86_400)
}

extension HistorySnapshot {
    /// The time before which the store's housekeeping has announced to remove samples, every night
    /// anew; `nil` if it has announced none.
    ///
    /// - Throws: `damaged`.
    public func announcedRetentionBound(at now: Timestamp) throws(HistoryError) -> Timestamp? {
        let stored = try documents.value(
            DocumentKey.housekeeping, in: catalog, as: StoredHousekeeping.self)
        guard let policy = stored?.state.announcement?.policy else { return nil }
        return try floor(of: policy, at: now, ClockReview.tolerance)
    }

    /// The time before which a policy keeps nothing; `nil` if it keeps everything.
    ///
    /// Ages count from the clock, or from the newest established sample if that is earlier: a clock of
    /// 2036 then removes nothing of a history that ends in 2026, and neither does a sample of 2099.
    func floor(
        of policy: RetentionPolicy, at clock: Timestamp, _ tolerance: Duration
    ) throws(HistoryError) -> Timestamp? {
        guard policy.days != nil || policy.byteCount != nil,
            let now = try establishedTime(at: clock, tolerance: tolerance)
        else { return nil }
        var floor = policy.days.map {
            Timestamp(rawValue: now.rawValue.minus(Int64($0).times(86_400_000)))
        }
        guard let bound = policy.byteCount else { return floor }
        var byteCount: Int
        do throws(StoreError) { byteCount = try engine.summary().byteCount } catch {
            throw HistoryError(error)
        }
        let years = Dictionary(grouping: engine.segments, by: \.year)
            .mapValues { $0.reduce(0) { $0 + $1.byteCount } }
        let lastYear = UTCYear(containing: now).number
        for (year, size) in years.sorted(by: { $0.key < $1.key }) where year < lastYear {
            let end = UTCYear(year).end
            let goesForItsAge = floor.map { $0 >= end } ?? false
            if !goesForItsAge, byteCount <= bound { break }
            byteCount -= size
            floor = max(floor ?? end, end)
        }
        return floor
    }
}
