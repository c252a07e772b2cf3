import Almanac
import TimeSeriesModel

/// Rows of named columns, in the form that was asked for.
///
/// JSON is one object: `{"schema":…, <fields>, "<list>":[…]}`; ndjson the rows' objects, one a
/// line; csv a line of keys and the rows.
final class RowWriter {
    /// A field of the JSON object beside the list.
    struct Field: Sendable {
        let key: String
        let value: Cell

        init(_ key: String, _ value: Cell) {
            self.key = key
            self.value = value
        }

        /// With the comma in front.
        func appendJSON(to bytes: inout [UInt8]) {
            bytes.append(contentsOf: ",\"\(key)\":".utf8)
            value.appendJSON(to: &bytes)
        }

        /// All of them as one object.
        static func appendObject(_ fields: [Field], to bytes: inout [UInt8]) {
            bytes.append(UInt8(ascii: "{"))
            for (place, field) in fields.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                FieldText.appendJSON(field.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                field.value.appendJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private let columns: [Column]
    private let form: OutputForm
    private let output: OutputBuffer
    private let table: TableWriter?
    private let rowCountMax: Int
    private var rowCount = 0
    /// Rows that were left out because a screen is no place for them.
    private(set) var isCut = false

    /// Rows that a table on a terminal shows where nobody asked for a number.
    static let rowCountOnTerminalMax = 1000

    init(
        _ columns: [Column], schema: String, fields: [Field] = [], list: String = "rows",
        in form: OutputForm, to output: OutputBuffer, options: FormOptions, zone: TimeZoneRules,
        limit: Int? = nil
    ) throws(ToolFailure) {
        self.columns = columns
        self.form = form
        self.output = output
        let terminal = options.terminal
        table = form == .table ? TableWriter(columns, to: output, in: zone, on: terminal) : nil
        rowCountMax =
            limit
            ?? (form == .table && terminal.isOutput ? RowWriter.rowCountOnTerminalMax : .max)
        switch form {
        case .json: try begin(schema, fields, list)
        case .csv: try output.append { bytes in appendKeys(to: &bytes) }
        case .table, .ndjson: break
        }
    }

    /// Whether another row would be written.
    var hasRoom: Bool { rowCount < rowCountMax }

    /// Writes a row; false where the limit leaves no room for it, and for any that follow.
    ///
    /// - Parameter color: of a table's last cell, where colours are shown.
    @discardableResult
    func append(_ cells: [Cell], lastIn color: ScreenColor? = nil) throws(ToolFailure) -> Bool {
        guard hasRoom else {
            isCut = true
            return false
        }
        rowCount += 1
        switch form {
        case .table: try table!.append(cells, lastIn: color)
        case .csv: try output.append { bytes in appendCSV(cells, to: &bytes) }
        case .json:
            try output.append { bytes in
                bytes.append(contentsOf: (rowCount == 1 ? "\n" : ",\n").utf8)
                appendObject(cells, to: &bytes)
            }
        case .ndjson:
            try output.append { bytes in
                appendObject(cells, to: &bytes)
                bytes.append(0x0A)
            }
        }
        return true
    }

    func finish() throws(ToolFailure) {
        try table?.finish()
        if form == .json { try output.append(rowCount == 0 ? "]}\n" : "\n]}\n") }
    }

    /// Says below a table that a screen was no place for all of it, and what shows more.
    ///
    /// - Parameter total: how many there are, where that is known.
    static func sayCut(
        of total: Int? = nil, _ things: String = "rows", to notes: Notes
    ) {
        let shown = NumberText.grouped(rowCountOnTerminalMax)
        let all = total.map { " of \(NumberText.grouped($0))" } ?? ""
        notes.say(
            "the first \(shown)\(all) \(things) are shown; --limit, or --output csv, shows more")
    }

    private func begin(
        _ schema: String, _ fields: [Field], _ list: String
    ) throws(ToolFailure) {
        try output.append { bytes in
            bytes.append(contentsOf: "{\"schema\":\"\(schema)\"".utf8)
            for field in fields { field.appendJSON(to: &bytes) }
            bytes.append(contentsOf: ",\"\(list)\":[".utf8)
        }
    }

    private func appendObject(_ cells: [Cell], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        for (place, cell) in cells.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: "\"\(columns[place].key)\":".utf8)
            cell.appendJSON(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func appendKeys(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: columns.map(\.key).joined(separator: ",").utf8)
        bytes.append(0x0A)
    }

    private func appendCSV(_ cells: [Cell], to bytes: inout [UInt8]) {
        for (place, cell) in cells.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            cell.appendCSV(to: &bytes)
        }
        bytes.append(0x0A)
    }
}
