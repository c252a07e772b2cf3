import ColumnCodec
import TimeSeriesModel

extension FileImport {
    /// Rows of `point,unix_ms,value,quality`; names are full names.
    mutating func importLong(_ reader: inout CSVReader) throws(ToolFailure) {
        if let prefix = rules.prefix, !prefix.isEmpty {
            throw CellProblem(
                path: path, line: 1, found: "the form point,unix_ms,value,quality",
                expected: "a column a point, because --prefix \(prefix) was given"
            ).failure
        }
        var points = LongPoints()
        var lines = PlainLines(times: ImportRules.times)
        var place = 0
        while try reader.loadLines() {
            let isIrregular = lines.take(
                reader.bytes.span, reader.place..<reader.linesEnd,
                sampleCountMax: sampleCountMax
            ) { time, value in
                points.append(time, value, .good, to: place)
            }
            reader.skip(to: lines.place, lineCount: lines.lineCount)
            if isIrregular, let record = try reader.nextRecord(), let row = try row(record) {
                place = try points.place(of: row.name) { (name) throws(ToolFailure) in
                    try define(name)
                }
                points.append(row.time, row.value, row.quality, to: place)
                lines.expect(record.cells[0])
            }
            if points.sampleCount >= sampleCountMax { try points.hand(on: &self) }
        }
        try points.hand(on: &self)
    }

    /// nil where the row was refused.
    private mutating func row(_ record: CSVReader.Record) throws(ToolFailure) -> LongRow? {
        guard record.problem == nil, record.cells.count == CSVHeader.longColumns.count else {
            try refuse(
                CellProblem(
                    path: path, line: record.line,
                    found: record.problem ?? "\(record.cells.count) cells", expected: "4 cells"))
            return nil
        }
        guard let text = String(validating: record.cells[0], as: UTF8.self),
            let name = PointName(text)
        else {
            try refuse(record, 0, expected: "a full name <device>/<point>")
            return nil
        }
        guard let time = try time(record.cells[1], record.line, 1) else { return nil }
        guard let value = DecimalNumber.value(record.cells[2]) else {
            try refuse(record, 2, expected: "a decimal number")
            return nil
        }
        guard let quality = quality(record.cells[3]) else {
            try refuse(record, 3, expected: "a quality like good, uncertain+stale or bad+fault")
            return nil
        }
        return LongRow(name: name, time: time, value: value, quality: quality)
    }

    private mutating func refuse(
        _ record: CSVReader.Record, _ place: Int, expected: String
    ) throws(ToolFailure) {
        try refuse(
            CellProblem(
                path: path, line: record.line, column: CSVHeader.longColumns[place],
                found: CellProblem.quoted(record.cells[place]), expected: expected))
    }

    private func quality(_ cell: [UInt8]) -> Quality? {
        // Nearly every row says this.
        if cell == Array("good".utf8) { return .good }
        return Quality(String(decoding: cell, as: UTF8.self))
    }
}

/// One row of the long form.
private struct LongRow {
    let name: PointName
    let time: Int64
    let value: Double
    let quality: Quality
}

/// The points of a long file and what was read of them.
private struct LongPoints {
    private var places: [PointName: Int] = [:]
    private var targetPoints: [Int] = []
    private var samples: [SampleColumns] = []
    private(set) var sampleCount = 0

    mutating func place(
        of name: PointName, define: (PointName) throws(ToolFailure) -> Int
    ) throws(ToolFailure) -> Int {
        if let place = places[name] { return place }
        targetPoints.append(try define(name))
        samples.append(SampleColumns())
        places[name] = samples.count - 1
        return samples.count - 1
    }

    mutating func append(_ time: Int64, _ value: Double, _ quality: Quality, to place: Int) {
        samples[place].append(time: time, value: value, quality: quality.rawValue)
        sampleCount += 1
    }

    mutating func hand(on file: inout FileImport) throws(ToolFailure) {
        for (place, point) in targetPoints.enumerated() where !samples[place].isEmpty {
            try file.append(samples[place], to: point)
            samples[place] = SampleColumns()
        }
        sampleCount = 0
    }
}
