import Almanac
import SegmentStore
import TimeSeriesModel

/// What is to be printed of one point, and how.
struct PointReading {
    let point: CatalogPoint
    let title: String
    let course: PointCourse
    /// nil where the point has no samples yet.
    let reader: SeriesReader?
    let range: TimeRange
    let zone: TimeZoneRules
    let limit: Int?
    let options: FormOptions
    let output: OutputBuffer

    /// As it was at the end of the range.
    private var unit: String {
        let version =
            range.isEmpty
            ? point.current : point.version(at: Timestamp(milliseconds: range.to.milliseconds - 1))
        return version?.unit ?? ""
    }

    func writeSamples() throws(ToolFailure) {
        var isTruncated = false
        // No store holds as many samples as the greatest limit allows.
        if let limit, limit < .max, options.form == .json, let reader {
            isTruncated = try reader.count(in: range, upTo: limit + 1) > limit
        }
        let writer = try SampleWriter(
            fields: try fields(isTruncated) + [.init("descriptions", course.cell)], course: course,
            limit: limit, zone: zone, options: options, to: output)
        try reader?.forEachRun(in: range) { (frame, positions) throws(ToolFailure) in
            try writer.append(frame, positions)
        }
        try writer.finish()
        if writer.isCut { try tellCut("samples") }
    }

    func writeBuckets(
        _ width: BucketWidth, named widthName: String, _ aggregations: [Aggregation]
    ) throws(ToolFailure) {
        let buckets = reader.map {
            Buckets(
                $0, of: point.address, on: BucketCalendar(width: width, zone: zone),
                aggregations: aggregations)
        }
        let fields =
            try fields(try isTruncated(buckets)) + [
                .init("every", .text(widthName)), .init("tz", .text(zone.name)),
            ]
        let columns =
            [Column("unix_ms", title: "from (\(zone.name))")]
            + aggregations.map { Column($0.rawValue, .right) }
        let rows = try RowWriter(
            columns, schema: "almanac.read/1", fields: fields, list: "samples",
            in: options.form, to: output, options: options, zone: zone, limit: limit)
        try buckets?.forEach(in: range) { (bucket) throws(ToolFailure) in
            try rows.append([.time(bucket.start)] + aggregations.map { $0.cell(bucket) })
        }
        try rows.finish()
        if rows.isCut { try tellCut("buckets") }
    }

    /// Whether the limit leaves buckets out; asked only where it stands before them.
    private func isTruncated(_ buckets: Buckets?) throws(ToolFailure) -> Bool {
        guard let limit, options.form == .json, let buckets else { return false }
        let counting = Buckets(
            buckets.reader, of: buckets.point, on: buckets.calendar, aggregations: [.count])
        var count = 0
        try counting.forEach(in: range) { _ in
            count += 1
            return count <= limit
        }
        return count > limit
    }

    /// What was not said of the range is told by the samples themselves.
    private func fields(_ isTruncated: Bool) throws(ToolFailure) -> [RowWriter.Field] {
        guard options.form == .json else { return [] }
        let extent = try reader?.extent(in: range)
        let from = range.from == TimeRange.all.from ? extent?.from : range.from
        let to = range.to == TimeRange.all.to ? extent?.to : range.to
        return [
            .init("point", .text(title)), .init("unit", .text(unit)), .init("from", .time(from)),
            .init("to", .time(to)), .init("truncated", .flag(isTruncated)),
        ]
    }

    private func tellCut(_ things: String) throws(ToolFailure) {
        // Who gave a limit knows.
        guard limit == nil else { return }
        // It stands below the table, so the table goes first.
        try output.flush()
        RowWriter.sayCut(things, to: options.notes)
    }
}
