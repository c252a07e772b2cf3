import BuildingModel
import SegmentStore
import TimeSeriesModel

/// One point of an aligned answer.
struct AlignedPoint<Source: SampleSource> {
    let point: PointAddress
    let reader: BucketReader<Source>
}

extension AlignedColumns {
    /// The most values that one answer has.
    static let valueCountMax = 10_000_000

    /// - Parameter aggregation: `nil` for the standard one of each point.
    /// - Throws: ``HistoryError`` with code `limitExceeded` where there would be too many values.
    init<Source>(
        of points: [AlignedPoint<Source>], in range: TimeRange, _ calendar: BucketCalendar,
        _ aggregation: Aggregation?, _ fill: Fill
    ) throws(HistoryError) {
        self.init(starts: [], end: range.to, columns: [])
        let span = try calendar.wholeSpan(of: range)
        starts = span?.starts ?? []
        guard starts.count * points.count <= AlignedColumns.valueCountMax else {
            throw HistoryError(
                .limitExceeded,
                "\(points.count) points of \(starts.count) buckets; "
                    + "\(AlignedColumns.valueCountMax) values at most were expected",
                parameter: "every")
        }
        for one in points {
            guard let span else {
                columns.append(AlignedColumn(point: one.point, values: [], filledCount: 0))
                continue
            }
            let own = aggregation ?? .standard(for: one.reader.dataType)
            let reader = AlignedReader(reader: one.reader, aggregation: own, fill: fill)
            columns.append(try reader.column(of: one.point, span, calendar))
        }
    }
}

/// Puts one point onto a grid and fills what is empty, as far as the gap rule lets it.
///
/// Empty buckets take a value where their start lies in what is known between the last sample before
/// and the first one behind: a held value reaches one interval into a gap, a line not at all.
/// Amounts (sum, count, delta) belong to their own time and are never filled.
struct AlignedReader<Source: SampleSource> {
    let reader: BucketReader<Source>
    let aggregation: Aggregation
    let fill: Fill

    private var source: Source { reader.source }
    private var rule: GapRule { reader.rule }

    /// A bucket with a value of its own.
    private struct Anchor {
        /// Where the bucket begins, as far as it was asked for.
        let start: Int64
        let firstTime: Int64
        let lastTime: Int64
        let value: Double
    }

    func column(
        of point: PointAddress, _ span: BucketSpan, _ calendar: BucketCalendar
    ) throws(HistoryError) -> AlignedColumn {
        let buckets = try reader.buckets(
            bounds: span.bounds, starts: span.starts, [aggregation])
        var column = AlignedColumn(
            point: point, values: buckets.map { $0.value(of: aggregation) }, filledCount: 0)
        guard fill != .none, !aggregation.isAmount else { return column }
        var anchors = buckets.compactMap { anchor($0) }
        if let before = try anchor(before: span, calendar) { anchors.insert(before, at: 0) }
        if let after = try anchor(after: span, calendar) { anchors.append(after) }
        var place = 0
        for (index, bucket) in buckets.enumerated() where column.values[index] == nil {
            let start = bucket.range.from.milliseconds
            while place < anchors.count, anchors[place].start < start { place += 1 }
            guard place > 0 else { continue }
            let next = place < anchors.count ? anchors[place] : nil
            column.values[index] = value(at: start, anchors[place - 1], next, span)
            if column.values[index] != nil { column.filledCount += 1 }
        }
        return column
    }

    private func value(
        at start: Int64, _ before: Anchor, _ after: Anchor?, _ span: BucketSpan
    ) -> Double? {
        switch fill {
        case .none: return nil
        case .hold:
            let end = rule.holdEnd(
                of: before.lastTime, next: after?.firstTime,
                end: span.bounds[span.bounds.count - 1].milliseconds)
            return start < end ? before.value : nil
        case .linear:
            guard let after, !rule.isGap(from: before.lastTime, to: after.firstTime) else {
                return nil
            }
            let share = Double(start - before.start) / Double(after.start - before.start)
            return before.value + (after.value - before.value) * share
        }
    }

    private func anchor(_ bucket: Bucket) -> Anchor? {
        guard let first = bucket.firstTime, let last = bucket.lastTime,
            let value = bucket.value(of: aggregation)
        else { return nil }
        return Anchor(
            start: bucket.range.from.milliseconds, firstTime: first.milliseconds,
            lastTime: last.milliseconds, value: value)
    }

    /// The newest bucket with samples in front of the grid.
    private func anchor(
        before span: BucketSpan, _ calendar: BucketCalendar
    ) throws(HistoryError) -> Anchor? {
        let grid = span.bounds[0]
        let last = Timestamp(milliseconds: grid.milliseconds.minus(1))
        guard let sample = try source.usableSample(atOrBefore: last) else { return nil }
        let range = calendar.bucket(containing: sample.time)
        return try anchor(range.from, min(range.to, grid))
    }

    /// The first bucket with samples behind the grid.
    private func anchor(
        after span: BucketSpan, _ calendar: BucketCalendar
    ) throws(HistoryError) -> Anchor? {
        let grid = span.bounds[span.bounds.count - 1]
        guard let sample = try source.usableSample(atOrAfter: grid) else { return nil }
        let range = calendar.bucket(containing: sample.time)
        return try anchor(max(range.from, grid), range.to)
    }

    private func anchor(_ from: Timestamp, _ to: Timestamp) throws(HistoryError) -> Anchor? {
        try reader.buckets(bounds: [from, to], starts: [from], [aggregation])
            .first.flatMap { anchor($0) }
    }
}

extension BucketCalendar {
    /// The whole bucket that holds a moment.
    func bucket(containing time: Timestamp) -> TimeRange {
        let index = index(containing: time)
        var next = index + 1
        // A day that a zone skipped whole has no length.
        while start(of: next) <= time { next += 1 }
        return TimeRange(from: start(of: index), to: start(of: next))!
    }
}
