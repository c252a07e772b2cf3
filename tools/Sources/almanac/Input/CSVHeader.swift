/// The first line of a file to be imported: it tells the form and the names.
struct CSVHeader {
    enum Form: Hashable, Sendable {
        /// `unix_ms` and a column for each point.
        case wide
        /// `point,unix_ms,value,quality`: a sample a line.
        case long
    }

    let form: Form
    /// The columns behind `unix_ms`; empty for the long form.
    let columns: [String]

    static let time = "unix_ms"
    static let longColumns = ["point", "unix_ms", "value", "quality"]

    /// - Throws: for any other first line, a repeated name or an empty one.
    init(_ record: CSVReader.Record?, path: String) throws(ToolFailure) {
        guard let record else {
            throw ToolFailure(
                .wrongData, "\(path): found an empty file, expected a first line unix_ms,<point>,…")
        }
        if let problem = record.problem {
            throw ToolFailure(.wrongData, "\(path): line \(record.line): \(problem)")
        }
        let names = try CSVHeader.names(of: record, path)
        if names == CSVHeader.longColumns {
            form = .long
            columns = []
            return
        }
        guard names.first == CSVHeader.time else {
            throw CellProblem(
                path: path, line: record.line, column: "1",
                found: CellProblem.quoted(names.first ?? ""),
                expected: "\"unix_ms\", or the line point,unix_ms,value,quality"
                    + CSVHeader.hint(names)
            ).failure
        }
        form = .wide
        columns = Array(names.dropFirst())
        try CSVHeader.check(columns, record, path)
    }

    private static func names(
        of record: CSVReader.Record, _ path: String
    ) throws(ToolFailure) -> [String] {
        var names: [String] = []
        for (place, cell) in record.cells.enumerated() {
            guard let name = String(validating: cell, as: UTF8.self) else {
                throw CellProblem(
                    path: path, line: record.line, column: String(place + 1),
                    found: "bytes that are not UTF-8", expected: "a name"
                ).failure
            }
            names.append(name)
        }
        return names
    }

    private static func check(
        _ columns: [String], _ record: CSVReader.Record, _ path: String
    ) throws(ToolFailure) {
        guard !columns.isEmpty else {
            throw CellProblem(
                path: path, line: record.line, found: "no column behind unix_ms",
                expected: "one for each point"
            ).failure
        }
        var places: [String: Int] = [:]
        for (place, name) in columns.enumerated() {
            let number = String(place + 2)
            guard !name.isEmpty else {
                throw CellProblem(
                    path: path, line: record.line, column: number, found: "an empty name",
                    expected: "the point's name"
                ).failure
            }
            if let first = places.updateValue(place, forKey: name) {
                throw CellProblem(
                    path: path, line: record.line, column: number,
                    found: "\(CellProblem.quoted(name)) again, as in column \(first + 2)",
                    expected: "every name once"
                ).failure
            }
        }
    }

    private static func hint(_ names: [String]) -> String {
        names.count == 1 && names[0].contains(";") ? " (columns are separated by commas)" : ""
    }
}
