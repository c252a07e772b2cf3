/// The figures of one benchmark command with the words that label them.
public struct ResultTable: Codable, Equatable, Sendable {
    /// One column of figures.
    public struct Column: Codable, Equatable, Sendable {
        /// The name under which a row has its figure.
        public var key: String
        public var title: String
        /// Digits after the point; `nil` for three significant digits.
        public var decimals: Int?
        /// A figure below this is set in bold: a comparison that was lost.
        public var boldBelow: Double?

        public init(
            _ key: String, title: String? = nil, decimals: Int? = nil, boldBelow: Double? = nil
        ) {
            self.key = key
            self.title = title ?? key
            self.decimals = decimals
            self.boldBelow = boldBelow
        }
    }

    /// One row: its labels and the figures that it has; a missing figure is an empty cell.
    public struct Row: Codable, Equatable, Sendable {
        /// One per label column; the first names the row.
        public var labels: [String]
        public var figures: [String: Double]

        public init(_ labels: [String], _ figures: [String: Double]) {
            self.labels = labels
            self.figures = figures
        }
    }

    /// The heads of the columns of words, which come first.
    public var labelTitles: [String]
    public var columns: [Column]
    public var rows: [Row]

    public init(labels: [String], columns: [Column], rows: [Row] = []) {
        labelTitles = labels
        self.columns = columns
        self.rows = rows
    }

    /// Appends a row; figures that are `nil` or not finite are left out.
    public mutating func append(_ labels: String..., figures: [String: Double?]) {
        rows.append(Row(labels, figures.compactMapValues { $0?.isFinite == true ? $0 : nil }))
    }

    /// The figure in the first row that has this label first, or `nil` if there is none.
    public func figure(_ column: String, ofRow label: String) -> Double? {
        rows.first { $0.labels.first == label }?.figures[column]
    }

    /// Heads and cells as text, row by row; labels as they are.
    fileprivate var cells: (heads: [String], rows: [[String]]) {
        let heads = labelTitles + columns.map(\.title)
        return (heads, rows.map { row in row.labels + columns.map { text(of: row, $0) } })
    }

    private func text(of row: Row, _ column: Column) -> String {
        guard let figure = row.figures[column.key] else { return "" }
        return FigureText.of(figure, decimals: column.decimals)
    }
}

extension ResultTable {
    /// The table for a page, in Markdown.
    public var markdown: String {
        let cells = cells
        let rows = zip(rows, cells.rows).map { row, texts in
            let figures = zip(columns, texts.dropFirst(labelTitles.count)).map { column, text in
                let isLost = zip(column.boldBelow, row.figures[column.key]).map { $1 < $0 } ?? false
                return isLost ? "**\(text)**" : text
            }
            return row.labels + figures
        }
        let rule = "|" + String(repeating: "---|", count: cells.heads.count)
        return ([line(cells.heads), rule] + rows.map(line)).joined(separator: "\n")
    }

    private func line(_ cells: [String]) -> String {
        "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined()
    }

    /// The table for a terminal, in aligned columns: labels on the left, figures on the right.
    public var text: String {
        let cells = cells
        let all = [cells.heads] + cells.rows
        let widths = cells.heads.indices.map { place in all.map { $0[place].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { place, text in
                let padding = String(repeating: " ", count: widths[place] - text.count)
                return place < labelTitles.count ? text + padding : padding + text
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

/// Both values, or `nil` if one is missing.
private func zip<A, B>(_ first: A?, _ second: B?) -> (A, B)? {
    guard let first, let second else { return nil }
    return (first, second)
}
