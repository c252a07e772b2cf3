/// A table of a CSV file (RFC 4180) with the line of each row, its header read.
///
/// A byte order mark, the three kinds of line ends, quotes, and columns in any order are accepted;
/// the separator is the comma, or the semicolon or tab if the header has these and no comma, as
/// spreadsheets of some countries write it. Rows without any text are left out.
struct CellTable {
    struct Row {
        let line: Int
        /// As many as the header has, or a problem was reported.
        let cells: [String]
    }

    let file: String
    private(set) var header: [String] = []
    private(set) var rows: [Row] = []
    /// False if numbers may have a decimal comma.
    private(set) var isCommaSeparated = true

    /// The columns that a table of this kind has; all are required.
    enum Kind: CaseIterable {
        case devices, points

        var columns: [String] {
            switch self {
            case .devices:
                [
                    "device_id", "device_name", "device_type", "address", "bacnet_instance",
                    "profile",
                ]
            case .points:
                [
                    "device_id", "point_type", "point_number", "point_name", "object", "unit",
                    "data_type", "interval_seconds", "mode", "history_mode", "low", "high",
                    "range_code",
                ]
            }
        }

        var name: String {
            switch self {
            case .devices: "a table of devices"
            case .points: "a table of points"
            }
        }
    }

    /// A file is read to this size; more cannot be a table that a person keeps.
    static let octetCountMax = 256 << 20

    /// Reads the table; what cannot be used is added to `failure`, and its row is left out.
    init(_ bytes: [UInt8], _ file: String, of kind: Kind, problems failure: inout InputFailure) {
        self.file = file
        guard bytes.count <= CellTable.octetCountMax else {
            failure.add(
                InputProblem(
                    file: file, found: "\(bytes.count) octets",
                    expected: "at most \(CellTable.octetCountMax)"))
            return
        }
        var scanner = CellScanner(bytes)
        guard let first = scanner.nextRow(), !first.isEmpty else {
            failure.add(
                InputProblem(
                    file: file, found: "an empty file",
                    expected: "\(kind.name) with the columns \(CellTable.list(kind.columns))"))
            return
        }
        isCommaSeparated = scanner.separator == UInt8(ascii: ",")
        guard readHeader(first, kind, &failure) else { return }
        while let row = scanner.nextRow() {
            if let problem = row.problem {
                failure.add(
                    InputProblem(
                        file: file, line: row.line, column: problem.column, found: problem.found,
                        expected: problem.expected))
                // After an open quote nothing is certain.
                if problem.endsTable { return }
                continue
            }
            guard !row.isEmpty else { continue }
            var cells = row.cells
            // Spreadsheets add empty cells at the end.
            while cells.count > header.count, cells.last?.isEmpty == true { cells.removeLast() }
            guard cells.count == header.count else {
                failure.add(
                    InputProblem(
                        file: file, line: row.line, found: "\(cells.count) cells",
                        expected: "\(header.count) as in the header"))
                continue
            }
            rows.append(Row(line: row.line, cells: cells))
        }
    }

    private mutating func readHeader(
        _ first: CellScanner.Row, _ kind: Kind, _ failure: inout InputFailure
    ) -> Bool {
        var names = first.cells.map { CellTable.trimmed($0) }
        while names.last?.isEmpty == true { names.removeLast() }
        let missing = kind.columns.filter { !names.contains($0) }
        guard missing.isEmpty else {
            let other = Kind.allCases.first { other in
                other != kind && other.columns.allSatisfy(names.contains)
            }
            let found: String
            if let other {
                found = other.name
            } else if names.contains("site"), names.contains("point") {
                found = "a table of points for `almanac import csv`"
            } else {
                found = "the columns \(CellTable.list(names))"
            }
            failure.add(
                InputProblem(
                    file: file, line: 1, found: found,
                    expected: "\(kind.name)"
                        + (other == nil
                            ? " with \(CellTable.list(missing)) too"
                            : "; were the two files interchanged?")))
            return false
        }
        header = names
        var known: Set<String> = []
        for (place, name) in names.enumerated() {
            let isNew = known.insert(name).inserted
            guard !isNew || !kind.columns.contains(name) else { continue }
            failure.add(
                InputProblem(
                    file: file, line: 1, column: place + 1,
                    found: isNew ? CellTable.quoted(name) : "\(name) again",
                    expected: "one of \(CellTable.list(kind.columns)), each once"))
        }
        return true
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(20).map { printable($0) }
        return shown.isEmpty ? "none" : shown.joined(separator: ", ")
    }

    static func quoted(_ text: String) -> String {
        text.isEmpty ? "nothing" : "\"\(printable(text))\""
    }

    /// Texts of files go to terminals: without control characters, and cut.
    private static func printable(_ text: String) -> String {
        let shown = text.prefix(60).unicodeScalars.map { scalar -> Character in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                ? "\u{FFFD}" : Character(scalar)
        }
        return String(shown) + (text.count > 60 ? "…" : "")
    }

    static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

/// Cuts the bytes of a CSV file into rows.
struct CellScanner {
    struct Problem {
        var column: Int?
        var found: String
        var expected: String
        var endsTable = false
    }

    struct Row {
        let line: Int
        var cells: [String] = []
        var problem: Problem?

        var isEmpty: Bool { problem == nil && cells.allSatisfy { CellTable.trimmed($0).isEmpty } }
    }

    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    let separator: UInt8

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
        let end = bytes[place...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        let header = bytes[place..<end]
        let marks = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
        separator = marks.first(where: header.contains) ?? UInt8(ascii: ",")
    }

    /// The next row; nil at the end.
    mutating func nextRow() -> Row? {
        guard place < bytes.count else { return nil }
        var row = Row(line: line)
        while true {
            let cell = nextCell(column: row.cells.count + 1, &row)
            row.cells.append(cell)
            guard place < bytes.count, bytes[place] == separator else { break }
            place += 1
        }
        endLine()
        return row
    }

    private mutating func nextCell(column: Int, _ row: inout Row) -> String {
        var octets: [UInt8] = []
        if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
            place += 1
            var isClosed = false
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                if byte == UInt8(ascii: "\"") {
                    guard place < bytes.count, bytes[place] == byte else {
                        isClosed = true
                        break
                    }
                    place += 1
                } else if byte == 0x0A {
                    line += 1
                }
                octets.append(byte)
            }
            if !isClosed {
                row.problem = Problem(
                    column: column, found: "a quote that is not closed", expected: "its end",
                    endsTable: true)
            } else if place < bytes.count, !isEndOfCell(bytes[place]) {
                row.problem =
                    row.problem
                    ?? Problem(
                        column: column, found: "text after a closing quote",
                        expected: "the end of the cell")
            }
        }
        while place < bytes.count, !isEndOfCell(bytes[place]) {
            octets.append(bytes[place])
            place += 1
        }
        guard let text = String(validating: octets, as: UTF8.self) else {
            row.problem =
                row.problem
                ?? Problem(column: column, found: "octets that are no UTF-8", expected: "UTF-8")
            return ""
        }
        return text
    }

    private func isEndOfCell(_ byte: UInt8) -> Bool {
        byte == separator || byte == 0x0A || byte == 0x0D
    }

    private mutating func endLine() {
        guard place < bytes.count else { return }
        if bytes[place] == 0x0D { place += 1 }
        // A carriage return alone ends a line too.
        if place < bytes.count, bytes[place] == 0x0A { place += 1 }
        line += 1
    }
}
