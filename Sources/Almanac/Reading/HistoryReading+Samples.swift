import ColumnCodec
import SegmentStore

extension HistoryReading {
    /// Returns the samples of a point in a half-open range, oldest first, of every quality.
    ///
    /// Decodes only what overlaps the range.
    ///
    /// - Throws: `unknownPoint`; `limitExceeded` above ten million samples; `damaged`, naming file
    ///   and offset: what is undamaged stays readable.
    public func samples(
        of point: PointAddress, in range: TimeRange, limit: Int? = nil
    ) throws(HistoryError) -> [Sample] {
        if let limit, limit < 0 {
            throw HistoryError(
                .invalidParameter, "limit \(limit) found, 0 or more expected", parameter: "limit")
        }
        return try sampled { (view) throws(HistoryError) in
            let bound = HistorySnapshot.sampleCountMax
            let samples = try view.rows(
                of: point, in: range, limit: min(limit ?? bound + 1, bound + 1))
            guard samples.count <= bound else {
                throw HistoryError(
                    .limitExceeded,
                    "more than \(bound) samples found, at most that many in one answer",
                    parameter: "range")
            }
            return samples
        }
    }

    /// Returns the samples of a point in a range some thousands at a time, in bounded memory: all of
    /// one committed state, however long the reading takes.
    ///
    /// - Throws: `unknownPoint`; while it is read `damaged`, naming file and offset, and
    ///   `cancelled`.
    public func batches(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> SampleBatches {
        let snapshot = snapshot()
        return SampleBatches(snapshot, try snapshot.series(of: point), range)
    }

    /// Returns the newest sample at or before a time, however old; nil if there is none.
    ///
    /// - Throws: `unknownPoint`; `damaged`, naming file and offset.
    public func value(of point: PointAddress, at time: Timestamp) throws(HistoryError) -> Sample? {
        try read { (view) throws(HistoryError) in
            guard let series = try view.series(of: point) else { return nil }
            do throws(StoreError) {
                return try view.engine.sample(of: series, atOrBefore: time, skipping: view.log)
            } catch { throw HistoryError(error) }
        }
    }

    /// Returns the newest sample of a point; nil if there is none. Kept in memory after the first
    /// call.
    ///
    /// - Throws: `unknownPoint`; `damaged`, naming file and offset.
    public func latestValue(of point: PointAddress) throws(HistoryError) -> Sample? {
        try read { (view) throws(HistoryError) in
            guard let series = try view.series(of: point) else { return nil }
            do throws(StoreError) {
                return try view.engine.latestSample(of: series, skipping: view.log)
            } catch { throw HistoryError(error) }
        }
    }

    /// Returns count, extremes, sum, mean, first and last of the usable samples in a range.
    ///
    /// Whole chunks come from stored statistics; the result has the same bits as if all samples were
    /// decoded. If the point turned from analog to digital or back, samples of the kind that it has at
    /// the range's end take part.
    ///
    /// - Throws: `unknownPoint`; `damaged`, naming file and offset.
    public func statistics(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> Statistics {
        try sampled { (view) throws(HistoryError) in
            guard let series = try view.series(of: point) else { return Statistics() }
            let range = view.catalog[point]?.kinds.ofOneKind(range) ?? range
            do throws(StoreError) {
                return Statistics(
                    try view.engine.aggregate(of: series, in: range, skipping: view.log))
            } catch { throw HistoryError(error) }
        }
    }
}

extension HistorySnapshot {
    fileprivate func rows(
        of point: PointAddress, in range: TimeRange, limit: Int
    ) throws(HistoryError) -> [Sample] {
        guard let series = try series(of: point), limit > 0 else { return [] }
        var rows: [Sample] = []
        do throws(StoreError) {
            try engine.forEachRun(of: series, in: range, skipping: log) {
                (frame, positions) throws(StoreError) in
                rows.append(frame, positions.prefix(limit - rows.count))
                return rows.count < limit
            }
        } catch { throw HistoryError(error) }
        return rows
    }

    /// The series of a known point; nil before its first sample.
    func series(of point: PointAddress) throws(HistoryError) -> SeriesID? {
        if let series = engine.catalog.series(of: point) { return series }
        guard engine.catalog[point] != nil else { throw HistoryError.unknown(point) }
        return nil
    }
}

extension [Sample] {
    fileprivate mutating func append(_ frame: FrameBuffer, _ positions: Range<Int>) {
        // Adding nothing to an empty array writes its count, which all empty arrays share.
        guard !positions.isEmpty else { return }
        let (times, values, qualities) =
            (frame.times.span, frame.values.span, frame.qualities.span)
        append(addingCapacity: positions.count) { rows in
            for row in positions {
                rows.append(
                    Sample(
                        time: Timestamp(rawValue: times[row]), value: values[row],
                        quality: Quality(rawValue: qualities[row])))
            }
        }
    }
}

extension SampleColumns {
    func sample(_ index: Int) -> Sample {
        Sample(
            time: Timestamp(rawValue: times[index]), value: values[index],
            quality: Quality(rawValue: qualities[index]))
    }
}

extension Statistics {
    init(_ aggregate: Aggregate) {
        self.init(
            count: aggregate.count, countBad: aggregate.badCount, min: aggregate.minimum,
            max: aggregate.maximum, avg: aggregate.mean, sum: aggregate.sum,
            first: aggregate.first, last: aggregate.last, firstTimestamp: aggregate.firstTime,
            lastTimestamp: aggregate.lastTime)
    }
}

extension HistoryReading {
    /// Returns the newest samples of a point in a range, newest first.
    ///
    /// Looks back from the range's end over longer and longer spans until there are enough: stored
    /// statistics count them, and only the last span is decoded.
    ///
    /// - Throws: as ``samples(of:in:limit:)``.
    public func newestSamples(
        of point: PointAddress, in range: TimeRange, limit: Int
    ) throws(HistoryError) -> [Sample] {
        try read { (view) throws(HistoryError) in
            let newest = try view.latestValue(of: point)?.time
            guard let newest, limit > 0, newest >= range.from else { return [] }
            let end = min(range.to, newest + .milliseconds(1))
            var length: Duration = .seconds(3600)
            while true {
                let from = max(range.from, end - length)
                guard let span = TimeRange(from: from, to: end) else { return [] }
                let count = try view.sampleCount(of: point, in: span)
                if from == range.from || count >= limit {
                    let samples = try view.samples(of: point, in: span)
                    return samples.suffix(limit).reversed()
                }
                length = length * 4
            }
        }
    }
}
