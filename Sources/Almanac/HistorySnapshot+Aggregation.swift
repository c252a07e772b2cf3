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

extension HistorySnapshot {
    /// Several points that are put onto one grid, in one answer or part by part.
    ///
    /// What is known between samples is decided by the whole range, so that the parts are those of
    /// one answer, wherever they are cut.
    ///
    /// - Parameters:
    ///   - points: a column each, in this order.
    ///   - range: of all that will be asked for.
    ///   - width: of a bucket.
    ///   - zone: whose clock says when days, weeks, months and years begin.
    ///   - aggregation: `nil` takes the standard one of each point.
    ///   - fill: what stands in a bucket without samples.
    ///   - now: nothing is known of the time behind it.
    /// - Throws: `unknownPoint` for one without samples; `damaged`.
    public func alignedHistory(
        of points: [PointAddress], in range: TimeRange, every width: BucketWidth,
        zone: TimeZoneRules = .utc, aggregation: Aggregation? = nil, fill: Fill = .none,
        now: Timestamp
    ) throws(HistoryError) -> AlignedHistory {
        // The standard ones are told by the samples of a bucket alone.
        let needsRule = fill != .none || aggregation?.needsNeighbours == true
        var columns: [AlignedPoint<StoredSeries>] = []
        for point in points {
            let history = try history(of: point, in: range, now: now, needsRule: needsRule)
            guard let reader = history else {
                throw HistoryError(
                    .unknownPoint, "point \(point) has no history", parameter: "points")
            }
            columns.append(AlignedPoint(point: point, reader: reader))
        }
        return AlignedHistory(
            points: columns, calendar: BucketCalendar(width: width, zone: zone),
            aggregation: aggregation, fill: fill)
    }
}

/// Points on one grid, of one state of the store: see
/// ``HistorySnapshot/alignedHistory(of:in:every:zone:aggregation:fill:now:)``.
public struct AlignedHistory {
    let points: [AlignedPoint<StoredSeries>]
    let calendar: BucketCalendar
    let aggregation: Aggregation?
    let fill: Fill

    /// The columns of a range, or of a part of it that begins and ends where buckets do.
    ///
    /// - Throws: `invalidParameter` for a width or a range that cannot be; `limitExceeded` above a
    ///   million buckets or ten million values; `damaged`.
    public func columns(in range: TimeRange) throws(HistoryError) -> AlignedColumns {
        try AlignedColumns(of: points, in: range, calendar, aggregation, fill)
    }
}
