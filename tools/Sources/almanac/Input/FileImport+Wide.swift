import ColumnCodec
import TimeSeriesModel

extension FileImport {
    /// Rows of `unix_ms` and a cell a point.
    mutating func importWide(
        _ header: CSVHeader, _ reader: inout CSVReader
    ) throws(ToolFailure) {
        let names = try header.columns.enumerated().map { (place, column) throws(ToolFailure) in
            try name(ofColumn: column, place)
        }
        var rows = PlainRows(columnCount: names.count, times: ImportRules.times)
        var batch = ColumnBatch(columnCount: names.count)
        var columns = WideColumns(names: names)
        while try reader.loadLines() {
            let isIrregular = rows.take(
                reader.bytes.span, reader.place..<reader.linesEnd, into: &batch,
                sampleCountMax: sampleCountMax)
            reader.skip(to: rows.place, lineCount: rows.lineCount)
            if isIrregular, let record = try reader.nextRecord() {
                try take(record, header, into: &batch)
            }
            if batch.sampleCount >= sampleCountMax { try hand(on: &batch, &columns) }
        }
        try hand(on: &batch, &columns)
    }

    /// `P/<column>`, `<stem>/<column>`, or the column itself where the prefix is empty.
    private func name(ofColumn column: String, _ place: Int) throws(ToolFailure) -> PointName {
        let prefix = rules.prefix ?? FileImport.stem(of: path)
        if let name = PointName(prefix.isEmpty ? column : "\(prefix)/\(column)") { return name }
        throw CellProblem(
            path: path, line: 1, column: String(place + 2), found: CellProblem.quoted(column),
            expected: "a full name <device>/<point>, because the prefix is empty"
        ).failure
    }

    /// A row that is not plain, cell by cell.
    private mutating func take(
        _ record: CSVReader.Record, _ header: CSVHeader, into batch: inout ColumnBatch
    ) throws(ToolFailure) {
        let cellCount = record.cells.dropFirst().count { !$0.isEmpty }
        guard record.problem == nil, record.cells.count == header.columns.count + 1 else {
            let problem = CellProblem(
                path: path, line: record.line,
                found: record.problem ?? "\(record.cells.count) cells",
                expected: "\(header.columns.count + 1) cells as in the first line")
            return try refuse(problem, cellCount: cellCount)
        }
        guard let time = try time(record.cells[0], record.line, cellCount) else { return }
        for (place, cell) in record.cells.dropFirst().enumerated() {
            if cell.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            if let value = DecimalNumber.value(cell) {
                batch.append(value, at: time, to: place)
            } else {
                try refuse(
                    CellProblem(
                        path: path, line: record.line, column: header.columns[place],
                        found: CellProblem.quoted(cell), expected: "a decimal number"))
            }
        }
    }

    /// nil where the time was refused, and the row's cells with it.
    mutating func time(
        _ cell: [UInt8], _ line: Int, _ cellCount: Int
    ) throws(ToolFailure) -> Int64? {
        let time = Int64(String(decoding: DecimalNumber.trimmed(cell), as: UTF8.self))
        if let time, ImportRules.times.contains(time) { return time }
        let problem = CellProblem(
            path: path, line: line, column: CSVHeader.time, found: CellProblem.quoted(cell),
            expected: time == nil
                ? "an integer of Unix milliseconds"
                : "Unix milliseconds of the years 1900 to 2199")
        try refuse(problem, cellCount: cellCount)
        return nil
    }

    private mutating func hand(
        on batch: inout ColumnBatch, _ columns: inout WideColumns
    ) throws(ToolFailure) {
        if columns.points.isEmpty {
            columns.points = try columns.names.map { (name) throws(ToolFailure) in
                try define(name)
            }
        }
        for (place, point) in columns.points.enumerated() where !batch.times[place].isEmpty {
            let samples = SampleColumns(
                times: batch.times[place], values: batch.values[place],
                qualities: Array(
                    repeating: Quality.good.rawValue, count: batch.times[place].count))
            try append(samples, to: point)
        }
        batch.removeAll()
    }
}

/// The points of a wide file's columns.
private struct WideColumns {
    let names: [PointName]
    /// Their numbers in the target, once its first samples were handed on.
    var points: [Int] = []

    init(names: [PointName]) { self.names = names }
}
