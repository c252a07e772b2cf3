import ColumnCodec
import SegmentStore

extension HistoryReading {
    /// Returns the samples of a point in a range as a service returns them: with the seconds since
    /// the sample before, 0 for the first of all, and the log that held the point at the time of the
    /// sample.
    ///
    /// - Throws: as ``samples(of:in:limit:)``.
    public func pointSamples(
        of point: PointAddress, in range: TimeRange, limit: Int? = nil
    ) throws(HistoryError) -> [PointSample] {
        try read { (view) throws(HistoryError) in
            let samples = try view.samples(of: point, in: range, limit: limit)
            guard let first = samples.first else { return [] }
            var before: Timestamp?
            if first.time.rawValue > .min {
                let moment = Timestamp(rawValue: first.time.rawValue - 1)
                before = try view.value(of: point, at: moment)?.time
            }
            var spans: [ItemSpan] = []
            for log in try view.context.logIndex.content(of: view).logs(of: point) {
                spans += try view.itemSpans(of: point, in: log)
            }
            var rows: [PointSample] = []
            rows.reserveCapacity(samples.count)
            for sample in samples {
                let interval = before.map { sample.time.rawValue.minus($0.rawValue) / 1000 }
                rows.append(
                    PointSample(
                        point: point, value: sample.value, at: sample.time,
                        quality: sample.quality,
                        trendLogID: spans.first { $0.range.contains(sample.time) }?.log,
                        intervalSeconds: Int(interval ?? 0)))
                before = sample.time
            }
            return rows
        }
    }
}

extension HistorySnapshot {
    /// When a log had a point among its items.
    func itemSpans(
        of point: PointAddress, in log: TrendLogID
    ) throws(HistoryError) -> [ItemSpan] {
        let text = point.description
        var spans: [ItemSpan] = []
        let versions = try documents.versions(DocumentKey.log(log), in: catalog, as: StoredLog.self)
        for version in versions {
            guard let item = version.value.items.first(where: { $0.point == text }),
                let range = TimeRange(
                    from: max(version.range.from, Timestamp(rawValue: item.made)),
                    to: version.range.to)
            else { continue }
            spans.append(ItemSpan(log: log, range: range))
        }
        return spans
    }
}

/// A span of time in which a log had a point.
struct ItemSpan: Sendable {
    let log: TrendLogID
    let range: TimeRange
}

extension HistoryReading {
    /// Returns when a trend log had a point among its items, oldest first.
    ///
    /// - Throws: `damaged` if a stored description of the log cannot be read.
    public func recordedSpans(
        of point: PointAddress, in log: TrendLogID
    ) throws(HistoryError) -> [TimeRange] {
        try read { (view) throws(HistoryError) in
            try view.itemSpans(of: point, in: log).map(\.range)
        }
    }

    /// Returns how many samples of any quality a point has in a range; from stored statistics, but for
    /// the ends of the range.
    ///
    /// - Throws: `unknownPoint`; `damaged`, naming file and offset.
    public func sampleCount(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> Int {
        try read { (view) throws(HistoryError) in
            guard let series = try view.series(of: point) else { return 0 }
            do throws(StoreError) {
                let all = try view.engine.aggregate(of: series, in: range, skipping: view.log)
                return all.count + all.badCount
            } catch { throw HistoryError(error) }
        }
    }

    /// Returns the names of the store's files that hold samples of a point in a range, and `log` if some
    /// are in no segment yet. Reads indexes alone.
    ///
    /// - Throws: `unknownPoint`; `damaged`, naming file and offset.
    public func sourceFiles(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> [String] {
        try read { (view) throws(HistoryError) in
            guard let series = try view.series(of: point) else { return [] }
            do throws(StoreError) {
                let chunks = try view.engine.chunks(of: series)
                var files = Set(
                    chunks.filter { $0.firstTime < range.to && $0.lastTime >= range.from }
                        .map(\.file)
                ).sorted()
                let waiting = view.engine.unflushedSamples(of: series).times
                if waiting.contains(where: { range.contains(Timestamp(rawValue: $0)) }) {
                    files.append("log")
                }
                return files
            } catch { throw HistoryError(error) }
        }
    }
}
