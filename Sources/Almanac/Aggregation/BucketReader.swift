import BuildingModel
import SegmentStore
import TimeSeriesModel

/// Fills buckets with what one point's samples amount to.
///
/// What a bucket's own samples tell comes from the store's statistics where they lie whole in it, and
/// has the same bits either way. Samples are decoded only for what looks at neighbours.
struct BucketReader<Source: SampleSource> {
    let source: Source
    /// At the end of what is asked for.
    let dataType: DataType
    let profile: PointProfile
    let rule: GapRule
    private let kinds: PointKinds

    /// - Parameter kinds: `nil` for a point that always had this one.
    init(
        source: Source, dataType: DataType, profile: PointProfile, rule: GapRule,
        kinds: PointKinds? = nil
    ) {
        self.source = source
        self.dataType = dataType
        self.profile = profile
        self.rule = rule
        self.kinds = kinds ?? PointKinds(dataType)
    }

    /// The buckets of a range, empty ones too.
    ///
    /// - Throws: ``HistoryError`` with code `limitExceeded` where there would be too many.
    func buckets(
        in range: TimeRange, of calendar: BucketCalendar, _ aggregations: Set<Aggregation>
    ) throws(HistoryError) -> [Bucket] {
        guard let span = try calendar.wholeSpan(of: range) else { return [] }
        return try buckets(bounds: span.bounds, starts: span.starts, aggregations)
    }

    /// Where the point's kind changed within a bucket, the samples of its later kind alone take part.
    ///
    /// - Parameters:
    ///   - bounds: ascending, one more than there are buckets.
    ///   - starts: where each bucket begins on the calendar.
    func buckets(
        bounds: [Timestamp], starts: [Timestamp], _ aggregations: Set<Aggregation>
    ) throws(HistoryError) -> [Bucket] {
        guard let first = bounds.first, let last = bounds.last,
            let all = TimeRange(from: first, to: last), kinds.eras.count > 1
        else { return try buckets(bounds: bounds, starts: starts, aggregations, kinds.eras[0]) }
        var byEnd: [Timestamp: Bucket] = [:]
        for era in kinds.eras {
            guard let part = era.range.intersection(all) else { continue }
            let pieces =
                [part.from] + bounds.filter { part.from < $0 && $0 < part.to } + [part.to]
            let found = try buckets(
                bounds: pieces, starts: pieces.dropLast(), aggregations, era)
            for bucket in found { byEnd[bucket.range.to] = bucket }
        }
        return starts.indices.compactMap { place in
            guard var bucket = byEnd[bounds[place + 1]] else { return nil }
            bucket.start = starts[place]
            bucket.range = TimeRange(from: bounds[place], to: bounds[place + 1])!
            return bucket
        }
    }

    /// - Parameter era: of what kind the samples are, and when they were.
    private func buckets(
        bounds: [Timestamp], starts: [Timestamp], _ aggregations: Set<Aggregation>,
        _ era: PointKinds.Era
    ) throws(HistoryError) -> [Bucket] {
        guard let grid = BucketGrid(bounds: bounds) else { return [] }
        let summaries = try source.summaries(in: grid)
        var buckets: [Bucket] = []
        buckets.reserveCapacity(summaries.count)
        for (place, summary) in summaries.enumerated() {
            let range = TimeRange(from: bounds[place], to: bounds[place + 1])!
            buckets.append(Bucket(start: starts[place], range: range, summary))
        }
        if aggregations.contains(where: \.needsNeighbours) {
            try addNeighbours(to: &buckets, of: grid, aggregations, era)
        }
        return buckets
    }

    private func addNeighbours(
        to buckets: inout [Bucket], of grid: BucketGrid, _ aggregations: Set<Aggregation>,
        _ era: PointKinds.Era
    ) throws(HistoryError) {
        let course = ValueCourse(era.dataType, profile.historyMode)
        var samples = try source.usableSamples(around: grid.range)
        if era.range != .all { samples.removeAll { !era.range.contains($0.time) } }
        let bounds = grid.bounds.map(\.milliseconds)
        if aggregations.contains(.timeWeightedMean), course != .amount {
            let spans = rule.knownSpans(samples, course, end: bounds[bounds.count - 1])
            let fold = TimeWeightedFold(spans, bounds: bounds)
            for place in buckets.indices {
                buckets[place].timeWeightedMean = fold.mean(ofBucket: place)
                buckets[place].coveredTime = fold.coveredTime(ofBucket: place)
            }
        }
        if aggregations.contains(.delta) {
            let fold = DeltaFold(samples, bounds: bounds, .init(profile))
            for place in buckets.indices {
                buckets[place].delta = fold.deltas[place]
                buckets[place].fallCount = fold.fallCounts[place]
            }
        }
    }
}

extension BucketCalendar {
    /// The most buckets that one answer has.
    static let countMax = 1_000_000

    /// Years on either side of 1970 that buckets are counted in: arithmetic stays far from the ends
    /// of `Int64`, and a range that is open to one side is refused rather than filled.
    static let yearCountMax: Int64 = 10_000

    /// All buckets of a range; `nil` for an empty one.
    func wholeSpan(of range: TimeRange) throws(HistoryError) -> BucketSpan? {
        guard width.isCountable else {
            throw HistoryError(
                .invalidParameter,
                "\(width); a width of 1 to 1,000,000 days, weeks or months, or of 1 ms and more was "
                    + "expected",
                parameter: "every")
        }
        let bound = BucketCalendar.yearCountMax * 31_556_952_000
        guard range.from.milliseconds >= -bound, range.to.milliseconds <= bound else {
            throw HistoryError(
                .invalidParameter,
                "from \(range.from.milliseconds) to \(range.to.milliseconds) ms; a range of "
                    + "\(BucketCalendar.yearCountMax) years around 1970 was expected",
                parameter: "range")
        }
        let span = span(of: range, countMax: BucketCalendar.countMax)
        guard let span, span.next != nil else { return span }
        throw HistoryError(
            .limitExceeded,
            "more than \(BucketCalendar.countMax) buckets; a wider one or a shorter range was "
                + "expected",
            parameter: "every")
    }
}
