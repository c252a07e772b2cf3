/// One kind of query, for `DataManager` and for the engine below it.
struct FacadeQuery {
    let name: String
    /// Nanoseconds per query of one round; `nil` if the engine has no such query.
    let engine: (() throws -> Double)?
    let facade: () throws -> Double

    /// Runs a round of queries, and then compares each of its answers completely.
    ///
    /// - Parameters:
    ///   - count: of the queries in a round.
    ///   - ask: the query with this number; this is timed, with keeping the answer.
    ///   - isRight: if an answer is exactly the one that follows from the data.
    /// - Returns: nanoseconds per query.
    /// - Throws: ``WrongAnswer`` for the first answer that is wrong.
    static func round<Answer>(
        of name: String, count: Int, ask: (Int) throws -> Answer, isRight: (Int, Answer) -> Bool
    ) throws -> Double {
        var answers: [Answer] = []
        answers.reserveCapacity(count)
        let start = Clock.nanoseconds()
        for index in 0..<count { answers.append(try ask(index)) }
        let end = Clock.nanoseconds()
        for (index, answer) in answers.enumerated() where !isRight(index, answer) {
            throw WrongAnswer("\(name), query \(index): \(String(describing: answer).prefix(500))")
        }
        return Double(end - start) / Double(count)
    }
}
