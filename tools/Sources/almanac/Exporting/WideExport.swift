import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// A row a time and a column a point: the form that is imported.
///
/// Goes through time in windows, whose length follows the number of samples in them, so that memory
/// stays bounded for any number of points and years.
struct WideExport {
    /// Samples that are held at a time, 17 bytes each.
    private static let sampleCountMax = 2 << 20
    private static let firstWindow: Int64 = 86_400_000

    private let export: Export
    private let text: ExportText
    private var room: Int

    init(_ export: Export, _ text: ExportText) {
        self.export = export
        self.text = text
        room = export.limit ?? .max
    }

    mutating func run(to output: OutputBuffer) throws(ToolFailure) {
        let names = export.columnNames()
        try output.append { text.appendHeader([CSVHeader.time] + names, to: &$0) }
        guard let extent = try export.extent() else { return }
        var start = extent.from.milliseconds
        let end = extent.to.milliseconds
        var length = WideExport.firstWindow
        while start < end, room > 0 {
            let window = try read(from: start, to: min(end, start + length))
            try write(window, to: output)
            start = window.end
            length = window.nextLength
        }
    }

    private func read(from start: Int64, to wanted: Int64) throws(ToolFailure) -> ExportWindow {
        var window = ExportWindow(start: start, end: wanted)
        for point in export.points {
            let range = TimeRange(
                from: Timestamp(milliseconds: start), to: Timestamp(milliseconds: window.end))!
            // One more than fits tells that it does not.
            window.append(
                try point.reader.samples(in: range, limit: WideExport.sampleCountMax + 1))
            while window.sampleCount > WideExport.sampleCountMax, window.end - start > 1 {
                window.halve()
            }
        }
        return window
    }

    private mutating func write(
        _ window: ExportWindow, to output: OutputBuffer
    ) throws(ToolFailure) {
        var rows = WindowRows(window)
        while room > 0, let time = rows.nextTime() {
            var cells: [UInt8] = []
            let hasCell = rows.appendCells(of: time, separator: text.separator, to: &cells)
            guard hasCell else { continue }
            room -= 1
            try output.append { bytes in
                NumberText.append(time, to: &bytes)
                bytes.append(contentsOf: cells)
                bytes.append(0x0A)
            }
        }
        export.leftOutCount += rows.leftOutCount
    }
}

/// The samples of all points in a stretch of time.
private struct ExportWindow {
    let start: Int64
    private(set) var end: Int64
    private(set) var columns: [SampleColumns] = []
    private(set) var sampleCount = 0

    init(start: Int64, end: Int64) {
        self.start = start
        self.end = end
    }

    mutating func append(_ column: SampleColumns) {
        columns.append(column)
        sampleCount += column.count
    }

    /// Leaves the later half to another window.
    mutating func halve() {
        end = start + (end - start) / 2
        sampleCount = 0
        for place in columns.indices {
            let times = columns[place].times
            let count = times.firstIndex { $0 >= end } ?? times.count
            if count < times.count {
                var shorter = SampleColumns()
                shorter.append(contentsOf: columns[place], 0..<count)
                columns[place] = shorter
            }
            sampleCount += count
        }
    }

    /// Grows while windows are nearly empty.
    var nextLength: Int64 {
        let length = end - start
        return sampleCount < 1 << 19 ? min(length * 2, 1 << 42) : length
    }
}

/// Goes through a window's columns side by side.
private struct WindowRows {
    private let columns: [SampleColumns]
    private var places: [Int]
    private(set) var leftOutCount = 0

    init(_ window: ExportWindow) {
        columns = window.columns
        places = Array(repeating: 0, count: columns.count)
    }

    /// The next time at which any column has a sample.
    func nextTime() -> Int64? {
        var next: Int64?
        for (column, place) in zip(columns, places) where place < column.count {
            let time = column.times[place]
            if next == nil || time < next! { next = time }
        }
        return next
    }

    /// Appends each column's cell of a time behind a separator, and steps over it; false where all
    /// cells are empty.
    mutating func appendCells(
        of time: Int64, separator: UInt8, to bytes: inout [UInt8]
    ) -> Bool {
        var hasCell = false
        for index in columns.indices {
            bytes.append(separator)
            let place = places[index]
            guard place < columns[index].count, columns[index].times[place] == time else {
                continue
            }
            places[index] = place + 1
            if columns[index].isUsable(place) {
                NumberText.append(columns[index].values[place], to: &bytes)
                hasCell = true
            } else {
                leftOutCount += 1
            }
        }
        return hasCell
    }
}
