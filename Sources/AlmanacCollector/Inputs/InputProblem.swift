/// One thing in an input file that cannot be used.
public struct InputProblem: Hashable, Sendable {
    /// The file's name as the caller gave it.
    public var file: String
    /// Counted from 1; nil for the file as a whole.
    public var line: Int?
    /// The cell's place in its line, counted from 1; nil for the line as a whole.
    public var column: Int?
    /// The column's name in the header.
    public var columnName: String?
    public var found: String
    public var expected: String

    public init(
        file: String, line: Int? = nil, column: Int? = nil, columnName: String? = nil,
        found: String, expected: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.columnName = columnName
        self.found = found
        self.expected = expected
    }
}

extension InputProblem: CustomStringConvertible {
    /// `points.csv, line 12, column 6 (unit): found "x", expected …`
    public var description: String {
        var place = file
        if let line { place += ", line \(line)" }
        if let column { place += ", column \(column)" }
        if let columnName { place += " (\(columnName))" }
        return "\(place): found \(found), expected \(expected)"
    }
}

/// The reason why input files are no plan: everything that was found, up to a bound.
public struct InputFailure: Error, Hashable, Sendable {
    /// Of more, the first are kept and the others are counted.
    public static let problemCountMax = 50

    /// In the order of the files and their lines, at most ``problemCountMax``.
    public internal(set) var problems: [InputProblem] = []
    /// All problems, those that are not kept included.
    public internal(set) var problemCount = 0

    mutating func add(_ problem: InputProblem) {
        problemCount += 1
        if problems.count < InputFailure.problemCountMax { problems.append(problem) }
    }
}

extension InputFailure: CustomStringConvertible {
    /// A line per problem, and how many more there are.
    public var description: String {
        let more = problemCount - problems.count
        return (problems.map { "\($0)" } + (more > 0 ? ["and \(more) more"] : []))
            .joined(separator: "\n")
    }
}
