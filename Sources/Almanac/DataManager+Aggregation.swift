import SegmentStore

extension DataManager {
    /// One value a bucket of the epoch's grid, by default the mean of an analog point and the last
    /// state of others. Empty buckets are absent; a sample's time is its bucket's start.
    ///
    /// - Throws: `unknownPoint`; `invalidParameter` for a width below a millisecond, or a range beyond
    ///   10,000 years around 1970; `limitExceeded` above a million buckets, and above ten million
    ///   samples where those next to a bucket take part; `damaged`.
    public func samples(
        of point: PointAddress, in range: TimeRange, every width: Duration,
        aggregation: Aggregation? = nil
    ) throws(HistoryError) -> [Sample] {
        guard let calendar = BucketWidth(width) else {
            throw HistoryError(
                .invalidParameter, "a width of \(width) found, whole milliseconds above 0 expected",
                parameter: "every")
        }
        let snapshot = view
        guard let known = snapshot.catalog[point] else { throw HistoryError.unknown(point) }
        let kind = aggregation ?? .standard(for: known.kinds.last(in: range).dataType)
        return try context.meter.measure { () throws(HistoryError) in
            try snapshot.buckets(
                of: point, in: range, every: calendar, aggregations: [kind], now: time.now)
        }.compactMap { bucket in
            // Of nothing there is no number of samples either.
            guard bucket.count > 0 || kind.needsNeighbours else { return nil }
            return bucket.value(of: kind).map { Sample(time: bucket.start, value: $0) }
        }
    }

    /// The buckets of a range, empty ones too: of a width on the epoch's grid, or days, ISO weeks,
    /// months and years in a zone, which last as long as the clock there says.
    ///
    /// - Parameters:
    ///   - point: a known one; without samples there are no buckets.
    ///   - range: cuts the first and the last bucket short where it does not lie on the grid.
    ///   - width: of a bucket.
    ///   - zone: whose clock says when days, weeks, months and years begin.
    ///   - aggregations: what is wanted; others of a bucket may be missing.
    /// - Throws: as ``samples(of:in:every:aggregation:)``; `invalidParameter` for a width outside 1 to
    ///   1,000,000 days, weeks or months.
    public func buckets(
        of point: PointAddress, in range: TimeRange, every width: BucketWidth,
        zone: TimeZoneRules = .utc, aggregations: Set<Aggregation> = [.mean]
    ) throws(HistoryError) -> [Bucket] {
        try context.meter.measure { () throws(HistoryError) in
            try view.buckets(
                of: point, in: range, every: width, zone: zone, aggregations: aggregations,
                now: time.now)
        }
    }

    /// Several points on one grid, a column each; what is empty is filled as far as the gap rule
    /// lets it.
    ///
    /// - Parameters:
    ///   - points: a column each, in this order.
    ///   - range: half-open.
    ///   - width: of a bucket.
    ///   - zone: whose clock says when days, weeks, months and years begin.
    ///   - aggregation: `nil` takes the standard one of each point.
    ///   - fill: what stands in a bucket without samples.
    /// - Throws: as ``buckets(of:in:every:zone:aggregations:)``; `limitExceeded` above ten million
    ///   values.
    public func aligned(
        _ points: [PointAddress], in range: TimeRange, every width: BucketWidth,
        zone: TimeZoneRules = .utc, aggregation: Aggregation? = nil, fill: Fill = .none
    ) throws(HistoryError) -> AlignedColumns {
        try context.meter.measure { () throws(HistoryError) in
            try view.alignedHistory(
                of: points, in: range, every: width, zone: zone, aggregation: aggregation,
                fill: fill, now: time.now
            ).columns(in: range)
        }
    }

    /// How long a digital point was on, how often it changed, and its longest run.
    public func duty(of point: PointAddress, in range: TimeRange) throws(HistoryError) -> Duty {
        let range = range.past(at: time.now)
        return try context.meter.measure { () throws(HistoryError) in
            guard let reader = try view.history(of: point, in: range, now: time.now) else {
                return Duty([], in: range, GapRule(.unknown, recorded: [], times: []))
            }
            return try reader.source.duty(in: range, reader.rule)
        }
    }

    /// Where samples are missing up to now, and why: recorded reasons, else `unknown`.
    public func gaps(of point: PointAddress, in range: TimeRange) throws(HistoryError) -> [Gap] {
        let range = range.past(at: time.now)
        return try context.meter.measure { () throws(HistoryError) in
            guard let reader = try view.history(of: point, in: range, now: time.now) else {
                return []
            }
            return try reader.source.gaps(of: point, in: range, reader.rule)
        }
    }

    /// How much of what was due up to now is there.
    public func coverage(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> Coverage {
        try qualityReport(of: point, in: range).coverage
    }

    /// What is missing and what looks wrong in a range, up to now.
    ///
    /// Counts what is not written to the journal yet too; see ``HistoryReview``.
    public func qualityReport(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> QualityReport {
        try review(of: view, in: range, only: point).report(of: point)
    }

    /// The same of each point of a device, and summed up.
    ///
    /// - Throws: `unknownDevice`.
    public func qualityReport(
        of device: DeviceID, in range: TimeRange
    ) throws(HistoryError) -> DeviceQualityReport {
        let snapshot = view
        try snapshot.require(device)
        let review = try review(of: snapshot, in: range)
        var reports: [QualityReport] = []
        for point in snapshot.catalog.points(of: device) {
            reports.append(try review.report(of: point.address))
        }
        return DeviceQualityReport(device: device, range: review.range, points: reports)
    }

    private func review(
        of snapshot: HistorySnapshot, in range: TimeRange, only point: PointAddress? = nil
    ) throws(HistoryError) -> HistoryReview {
        try HistoryReview(of: snapshot, in: range, now: time.now, with: ledger, only: point)
    }
}
