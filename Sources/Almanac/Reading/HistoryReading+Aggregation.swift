import SegmentStore

extension HistoryReading {
    /// Returns one value per bucket of the epoch's grid, by default the mean of an analog point and
    /// the last state of others. Empty buckets are absent; a sample's time is its bucket's start.
    ///
    /// - Throws: `unknownPoint`; `invalidParameter` for a width below a millisecond, or a range beyond
    ///   10,000 years around 1970; `limitExceeded` above a million buckets, and above ten million
    ///   samples if those next to a bucket take part; `damaged`.
    public func samples(
        of point: PointAddress, in range: TimeRange, every width: Duration,
        aggregation: Aggregation? = nil
    ) throws(HistoryError) -> [Sample] {
        guard let width = BucketWidth(width) else {
            throw HistoryError(
                .invalidParameter, "a width of \(width) found, whole milliseconds above 0 expected",
                parameter: "every")
        }
        return try measured { (view) throws(HistoryError) in
            guard let known = view.catalog[point] else { throw HistoryError.unknown(point) }
            let kind = aggregation ?? .standard(for: known.kinds.last(in: range).dataType)
            return try view.buckets(of: point, in: range, BucketCalendar(width: width), [kind])
                .compactMap { bucket in
                    // An empty bucket has no count either.
                    guard bucket.count > 0 || kind.needsNeighbours else { return nil }
                    return bucket.value(of: kind).map { Sample(time: bucket.start, value: $0) }
                }
        }
    }

    /// Returns the buckets of a range, empty ones too: of a width on the epoch's grid, or days, ISO
    /// weeks, months and years in a zone, which last as long as the clock there says.
    ///
    /// - Parameters:
    ///   - point: a known one; without samples there are no buckets.
    ///   - range: cuts the first and the last bucket short if it does not begin and end on the grid.
    ///   - width: of a bucket.
    ///   - zone: the zone whose clock says when days, weeks, months and years begin.
    ///   - aggregations: the wanted ones; others of a bucket may be missing.
    /// - Throws: as ``samples(of:in:every:aggregation:)``; `invalidParameter` for a width outside 1 to
    ///   1,000,000 days, weeks or months.
    public func buckets(
        of point: PointAddress, in range: TimeRange, every width: BucketWidth,
        zone: TimeZoneRules = .utc, aggregations: Set<Aggregation> = [.mean]
    ) throws(HistoryError) -> [Bucket] {
        try measured { (view) throws(HistoryError) in
            try view.buckets(
                of: point, in: range, BucketCalendar(width: width, zone: zone), aggregations)
        }
    }

    /// Returns several points on one grid, one column per point; empty buckets are filled as far as
    /// the gap rule allows.
    ///
    /// - Parameters:
    ///   - points: one column each, in this order.
    ///   - range: half-open.
    ///   - width: of a bucket.
    ///   - zone: the zone whose clock says when days, weeks, months and years begin.
    ///   - aggregation: `nil` takes the standard one of each point.
    ///   - fill: the value of buckets without samples.
    /// Damage does not end the read: ``AlignedColumn/damaged`` lists what could not be read.
    ///
    /// - Throws: `unknownPoint`, also for one without samples; `invalidParameter` for a width or a
    ///   range that cannot be; `limitExceeded` above a million buckets or ten million values;
    ///   `cancelled`.
    public func aligned(
        _ points: [PointAddress], in range: TimeRange, every width: BucketWidth,
        zone: TimeZoneRules = .utc, aggregation: Aggregation? = nil, fill: Fill = .none
    ) throws(HistoryError) -> AlignedColumns {
        try measured { (view) throws(HistoryError) in
            let view = view.skippingDamage()
            var aligned = try view.repeatedAfterDamage(of: points) { () throws(HistoryError) in
                try view.alignedHistory(
                    of: points, in: range, every: width, zone: zone, aggregation: aggregation,
                    fill: fill
                ).columns(in: range)
            }
            for place in aligned.columns.indices {
                aligned.columns[place].damaged = view.damagedParts(of: points[place], in: .all)
            }
            return aligned
        }
    }

    /// Returns how long a digital point was on, how often it changed, and its longest run.
    ///
    /// - Throws: `unknownPoint`; `limitExceeded` above ten million samples; `damaged`.
    public func duty(of point: PointAddress, in range: TimeRange) throws(HistoryError) -> Duty {
        try measured { (view) throws(HistoryError) in
            let range = range.past(at: view.now)
            guard let reader = try view.history(of: point, in: range) else {
                return Duty([], in: range, GapRule(.unknown, recorded: [], times: []))
            }
            return try reader.source.duty(in: range, reader.rule)
        }
    }
}

extension HistorySnapshot {
    fileprivate func buckets(
        of point: PointAddress, in range: TimeRange, _ calendar: BucketCalendar,
        _ aggregations: Set<Aggregation>
    ) throws(HistoryError) -> [Bucket] {
        let reader = try history(
            of: point, in: range, needsRule: aggregations.contains(where: \.needsNeighbours))
        guard let reader else { return [] }
        return try reader.buckets(in: range, of: calendar, aggregations)
    }

    /// Prepares several points on one grid, to be read in one result or part by part.
    ///
    /// What is known between samples is decided by the whole range, so that the parts are those of
    /// one result, wherever they are cut.
    ///
    /// - Parameters:
    ///   - points: one column each, in this order.
    ///   - range: of all parts.
    ///   - width: of a bucket.
    ///   - zone: the zone whose clock says when days, weeks, months and years begin.
    ///   - aggregation: `nil` takes the standard one of each point.
    ///   - fill: the value of buckets without samples.
    /// - Throws: `unknownPoint` for a point without samples; `damaged`.
    public func alignedHistory(
        of points: [PointAddress], in range: TimeRange, every width: BucketWidth,
        zone: TimeZoneRules = .utc, aggregation: Aggregation? = nil, fill: Fill = .none
    ) throws(HistoryError) -> AlignedHistory {
        // The standard ones depend on the samples of a bucket alone.
        let needsRule = fill != .none || aggregation?.needsNeighbours == true
        var columns: [AlignedPoint<StoredSeries>] = []
        for point in points {
            let history = try history(of: point, in: range, needsRule: needsRule)
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
/// ``HistorySnapshot/alignedHistory(of:in:every:zone:aggregation:fill:)``.
public struct AlignedHistory {
    let points: [AlignedPoint<StoredSeries>]
    let calendar: BucketCalendar
    let aggregation: Aggregation?
    let fill: Fill

    /// Returns the columns of a range, or of a part of it that begins and ends where buckets do.
    ///
    /// - Throws: `invalidParameter` for a width or a range that cannot be; `limitExceeded` above a
    ///   million buckets or ten million values; `damaged`.
    public func columns(in range: TimeRange) throws(HistoryError) -> AlignedColumns {
        try AlignedColumns(of: points, in: range, calendar, aggregation, fill)
    }
}
