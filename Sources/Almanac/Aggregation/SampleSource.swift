import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// One point's samples, from a store or from columns in memory.
protocol SampleSource {
    /// The samples of a range, `limit` at most, in reading order.
    func samples(
        in range: TimeRange, limit: Int?, order: ReadOrder
    ) throws(HistoryError) -> SampleColumns

    /// What the store's statistics know of each bucket.
    func summaries(in grid: BucketGrid) throws(HistoryError) -> [BucketSummary]
}

/// One series of a snapshot. Reads may touch the disk.
struct StoredSeries: SampleSource {
    let snapshot: Snapshot
    let series: SeriesID
    /// Takes note of damage, which is then stepped over; without one, damage is thrown.
    var log: DamageLog?

    func samples(
        in range: TimeRange, limit: Int?, order: ReadOrder
    ) throws(HistoryError) -> SampleColumns {
        do throws(StoreError) {
            return try snapshot.samples(
                of: series, in: range, limit: limit, order: order, skipping: log)
        } catch { throw HistoryError(error) }
    }

    func summaries(in grid: BucketGrid) throws(HistoryError) -> [BucketSummary] {
        do throws(StoreError) {
            return try snapshot.aggregates(of: series, in: grid, skipping: log)
                .map(BucketSummary.init)
        } catch { throw HistoryError(error) }
    }
}

extension SampleSource {
    /// How many samples the first look for a neighbour takes; bad ones may make it look again.
    private static var firstPage: Int { 16 }
    private static var pageMax: Int { 8192 }

    /// The newest usable sample at or before a time, however old; bad ones are stepped over.
    func usableSample(atOrBefore time: Timestamp) throws(HistoryError) -> Sample? {
        var end = time.milliseconds.plus(1)
        var page = Self.firstPage
        while let range = TimeRange(from: TimeRange.all.from, to: Timestamp(milliseconds: end)) {
            let found = try samples(in: range, limit: page, order: .backward)
            for place in 0..<found.count {
                if let sample = found.usableSample(at: place) { return sample }
            }
            guard found.count == page, let oldest = found.times.last else { return nil }
            end = oldest
            page = min(page * 4, Self.pageMax)
        }
        return nil
    }

    /// The oldest usable sample at or after a time.
    func usableSample(atOrAfter time: Timestamp) throws(HistoryError) -> Sample? {
        var start = time.milliseconds
        var page = Self.firstPage
        while let range = TimeRange(from: Timestamp(milliseconds: start), to: TimeRange.all.to) {
            let found = try samples(in: range, limit: page, order: .forward)
            for place in 0..<found.count {
                if let sample = found.usableSample(at: place) { return sample }
            }
            guard found.count == page, let newest = found.times.last else { return nil }
            start = newest.plus(1)
            page = min(page * 4, Self.pageMax)
        }
        return nil
    }

    /// The samples of a range in one piece.
    ///
    /// - Throws: ``HistoryError`` with code `limitExceeded` where there are too many to hold.
    func allSamples(in range: TimeRange) throws(HistoryError) -> SampleColumns {
        let countMax = SampleLimits.countMax
        let found = try samples(in: range, limit: countMax + 1, order: .forward)
        guard found.count <= countMax else {
            throw HistoryError(
                .limitExceeded, "more than \(countMax) samples; a shorter range was expected",
                parameter: "range")
        }
        return found
    }

    /// The usable samples of a range with the one next to it on either side.
    func usableSamples(around range: TimeRange) throws(HistoryError) -> [Sample] {
        guard !range.isEmpty else { return [] }
        var found: [Sample] = []
        if range.from > TimeRange.all.from {
            let before = Timestamp(milliseconds: range.from.milliseconds - 1)
            if let sample = try usableSample(atOrBefore: before) { found.append(sample) }
        }
        let inside = try allSamples(in: range)
        found.reserveCapacity(found.count + inside.count + 1)
        for place in 0..<inside.count {
            if let sample = inside.usableSample(at: place) { found.append(sample) }
        }
        if let sample = try usableSample(atOrAfter: range.to) { found.append(sample) }
        return found
    }
}

/// How much one answer takes into memory.
enum SampleLimits {
    /// Samples of one point.
    static let countMax = 10_000_000
}

extension SampleColumns {
    /// The sample, if it takes part in aggregates: good or uncertain, with a finite value.
    func usableSample(at place: Int) -> Sample? {
        let quality = Quality(rawValue: qualities[place])
        guard quality.isUsable, values[place].isFinite else { return nil }
        return Sample(
            time: Timestamp(milliseconds: times[place]), value: values[place], quality: quality)
    }
}
