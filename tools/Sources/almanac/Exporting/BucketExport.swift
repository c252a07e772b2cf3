import Almanac
import SegmentStore
import TimeSeriesModel

/// A row a bucket and a column a point.
struct BucketExport {
    /// Cells that are held at a time.
    private static let cellCountMax = 1 << 19

    private let export: Export
    private let calendar: BucketCalendar
    private let fill: FillChoice
    private let text: ExportText
    private var room: Int

    init(_ export: Export, _ calendar: BucketCalendar, _ fill: FillChoice, _ text: ExportText) {
        self.export = export
        self.calendar = calendar
        self.fill = fill
        self.text = text
        room = export.limit ?? .max
    }

    mutating func run(to output: OutputBuffer) throws(ToolFailure) {
        let names = try export.columnNames()
        try output.append { text.appendHeader([CSVHeader.time] + names, to: &$0) }
        var columns: [BucketColumn] = []
        var all: TimeRange?
        for point in export.points {
            guard let own = try point.reader.extent(in: export.range) else {
                columns.append(BucketColumn(point: point, interval: 0))
                continue
            }
            let interval = fill == .none ? 0 : try point.reader.interval(in: own) ?? 0
            columns.append(BucketColumn(point: point, interval: interval))
            all = TimeRange(
                from: min(all?.from ?? own.from, own.from), to: max(all?.to ?? own.to, own.to))
        }
        guard let all else { return }
        var rest: TimeRange? = export.range.clipped(to: calendar.whole(all))
        let countMax = max(1, BucketExport.cellCountMax / max(1, columns.count))
        while room > 0, let range = rest, let span = calendar.span(of: range, countMax: countMax) {
            try write(span, &columns, to: output)
            rest = span.next.flatMap { TimeRange(from: $0, to: range.to) }
        }
    }

    private mutating func write(
        _ span: BucketSpan, _ columns: inout [BucketColumn], to output: OutputBuffer
    ) throws(ToolFailure) {
        var cells: [[Double?]] = []
        for index in columns.indices {
            cells.append(try columns[index].values(of: span, calendar, fill, export))
        }
        for (place, start) in span.starts.enumerated() where room > 0 {
            guard cells.contains(where: { $0[place] != nil }) else { continue }
            room -= 1
            try output.append { bytes in
                NumberText.append(start.milliseconds, to: &bytes)
                for column in cells {
                    bytes.append(text.separator)
                    if let value = column[place] { NumberText.append(value, to: &bytes) }
                }
                bytes.append(0x0A)
            }
        }
    }
}

/// One point's cells, from one span of buckets to the next.
struct BucketColumn {
    let point: ExportPoint
    /// Of its samples, in milliseconds.
    let interval: Int64
    /// The newest bucket before the span that has samples.
    private var previous: FilledBucket?

    init(point: ExportPoint, interval: Int64) {
        self.point = point
        self.interval = interval
    }

    mutating func values(
        of span: BucketSpan, _ calendar: BucketCalendar, _ fill: FillChoice, _ export: Export
    ) throws(ToolFailure) -> [Double?] {
        let aggregates = try point.reader.aggregates(in: span.grid)
        export.leftOutCount += aggregates.reduce(0) { $0 + $1.badCount }
        var values = aggregates.map { aggregate -> Double? in
            point.value(of: aggregate).flatMap { $0.isFinite ? $0 : nil }
        }
        guard fill != .none else { return values }
        let starts = span.starts.map(\.milliseconds)
        let rule = FillRule(choice: fill, interval: interval)
        let next = try bucket(behind: span, calendar, rule)
        rule.fill(&values, starts: starts, after: &previous, before: next)
        return values
    }

    /// The first bucket behind the span that has samples, as far as it matters for filling.
    private func bucket(
        behind span: BucketSpan, _ calendar: BucketCalendar, _ rule: FillRule
    ) throws(ToolFailure) -> FilledBucket? {
        guard let next = span.next,
            let range = TimeRange(from: next, to: TimeRange.all.to),
            let sample = try point.reader.usableSample(in: range)
        else { return nil }
        let index = calendar.index(containing: sample.time)
        let start = calendar.start(of: index)
        guard let grid = BucketGrid(bounds: [start, calendar.start(of: index + 1)]),
            let value = point.value(of: try point.reader.aggregates(in: grid)[0])
        else { return nil }
        return FilledBucket(start: start.milliseconds, value: value)
    }
}
