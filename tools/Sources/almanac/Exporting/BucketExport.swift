import Almanac
import SegmentStore
import TimeSeriesModel

/// A row a bucket and a column a point.
struct BucketExport {
    /// Cells that are held at a time.
    private static let cellCountMax = 1 << 19

    private let export: Export
    private let history: HistorySnapshot
    private let calendar: BucketCalendar
    private let fill: FillChoice
    private let text: ExportText
    private var room: Int

    init(_ export: Export, _ calendar: BucketCalendar, _ fill: FillChoice, _ text: ExportText) {
        self.export = export
        history = export.history
        self.calendar = calendar
        self.fill = fill
        self.text = text
        room = export.limit ?? .max
    }

    mutating func run(to output: OutputBuffer) throws(ToolFailure) {
        let names = export.columnNames()
        try output.append { text.appendHeader([CSVHeader.time] + names, to: &$0) }
        guard let all = try export.extent() else { return }
        let filled = try filled()
        var rest: TimeRange? = export.range.clipped(to: calendar.whole(all))
        let countMax = max(1, BucketExport.cellCountMax / max(1, export.points.count))
        while room > 0, let range = rest, let span = calendar.span(of: range, countMax: countMax) {
            try write(span, filled, to: output)
            rest = span.next.flatMap { TimeRange(from: $0, to: range.to) }
        }
    }

    /// What stands in empty buckets is the façade's to say; nil where nothing is to.
    private func filled() throws(ToolFailure) -> AlignedHistory? {
        guard let fill = fill.ofHistory else { return nil }
        return try withHistoryErrors(of: export.store) { () throws(HistoryError) in
            try history.alignedHistory(
                of: export.points.map(\.address), in: export.range, every: calendar.width,
                zone: calendar.zone, fill: fill)
        }
    }

    private mutating func write(
        _ span: BucketSpan, _ filled: AlignedHistory?, to output: OutputBuffer
    ) throws(ToolFailure) {
        let cells = try cells(of: span, filled)
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

    /// A column a point.
    private func cells(
        of span: BucketSpan, _ filled: AlignedHistory?
    ) throws(ToolFailure) -> [[Double?]] {
        var cells: [[Double?]] = []
        for point in export.points {
            let buckets = try withHistoryErrors(of: export.store) { () throws(HistoryError) in
                try history.buckets(
                    of: point.address, in: span.grid.range, every: calendar.width,
                    zone: calendar.zone, aggregations: [.mean, .last])
            }
            export.leftOutCount += buckets.reduce(0) { $0 + $1.badCount }
            if filled == nil { cells.append(buckets.map { point.value(of: $0) }) }
        }
        if let filled {
            let aligned = try withHistoryErrors(of: export.store) { () throws(HistoryError) in
                try filled.columns(in: span.grid.range)
            }
            cells = aligned.columns.map(\.values)
        }
        return cells.map { column in column.map { $0.flatMap { $0.isFinite ? $0 : nil } } }
    }
}
