/// What was asked of the program is not possible.
struct UsageError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// A disagreement between an answer and what the data say: no time is reported then.
struct WrongAnswer: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
