import SegmentStore

extension HistorySnapshot {
    /// The buckets of a range, empty ones too, as ``DataManager/buckets(of:in:every:zone:aggregations:)``
    /// tells them, of this state.
    ///
    /// - Parameters:
    ///   - point: a known one; without samples there are no buckets.
    ///   - range: cuts the first and the last bucket short where it does not lie on the grid.
    ///   - width: of a bucket.
    ///   - zone: whose clock says when days, weeks, months and years begin.
    ///   - aggregations: what is wanted; others of a bucket may be missing.
    ///   - now: nothing is known of the time behind it.
    /// - Throws: `invalidParameter` for a width or a range that cannot be; `limitExceeded` above a
    ///   million buckets; `damaged`.
    public func buckets(
        of point: PointAddress, in range: TimeRange, every width: BucketWidth,
        zone: TimeZoneRules = .utc, aggregations: Set<Aggregation> = [.mean], now: Timestamp
    ) throws(HistoryError) -> [Bucket] {
        let reader = try history(
            of: point, in: range, now: now,
            needsRule: aggregations.contains(where: \.needsNeighbours))
        guard let reader else { return [] }
        return try reader.buckets(
            in: range, of: BucketCalendar(width: width, zone: zone), aggregations)
    }
}
