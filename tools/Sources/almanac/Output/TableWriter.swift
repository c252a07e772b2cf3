import Almanac

/// Rows in aligned columns, for people.
///
/// The first thousand rows decide how wide the columns are; what is wider after that moves its own
/// row only, so that any number of rows needs bounded memory.
final class TableWriter {
    private static let measuredRowCount = 1000

    private let output: OutputBuffer
    private let columns: [Column]
    private let zone: TimeZoneRules
    private let terminal: Terminal
    private var waiting: [[String]] = []
    private var widths: [Int]?

    init(
        _ columns: [Column], to output: OutputBuffer, in zone: TimeZoneRules, on terminal: Terminal
    ) {
        self.columns = columns
        self.output = output
        self.zone = zone
        self.terminal = terminal
    }

    /// - Parameter color: of the last cell, where colours are shown.
    func append(_ cells: [Cell], lastIn color: ScreenColor? = nil) throws(ToolFailure) {
        var row = cells.map { $0.text(in: zone) }
        // Nothing stands behind the last cell, so that its marks disturb no column.
        if let color, let last = row.popLast() { row.append(terminal.colored(last, color)) }
        if let widths {
            try write(row, widths)
        } else {
            waiting.append(row)
            if waiting.count == TableWriter.measuredRowCount { try begin() }
        }
    }

    func finish() throws(ToolFailure) {
        if widths == nil { try begin() }
    }

    private func begin() throws(ToolFailure) {
        var widths = columns.map { TableWriter.width($0.title) }
        for row in waiting {
            for (place, text) in row.enumerated() {
                widths[place] = max(widths[place], TableWriter.width(text))
            }
        }
        self.widths = widths
        let titles = line(columns.map(\.title), widths)
        try output.append(terminal.colored(titles, .bold) + "\n")
        for row in waiting { try write(row, widths) }
        waiting = []
    }

    private func write(_ row: [String], _ widths: [Int]) throws(ToolFailure) {
        try output.append(line(row, widths) + "\n")
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        var line = ""
        for (place, text) in row.enumerated() {
            let padding = String(
                repeating: " ", count: max(0, widths[place] - TableWriter.width(text)))
            if place > 0 { line += "  " }
            switch columns[place].side {
            case .left: line += place == row.count - 1 ? text : text + padding
            case .right: line += padding + text
            }
        }
        return line
    }

    /// Columns of the screen that a text takes: one a character, which holds for the letters,
    /// digits and signs that names and units are made of.
    private static func width(_ text: String) -> Int { text.count }
}
