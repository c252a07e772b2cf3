/// Asks one reader all queries of a workload, times each and adds up the answers.
struct QuerySession<Reader: EngineReader> {
    let reader: Reader
    let queries: Queries

    /// One repetition.
    func ask(_ result: inout RunResult) throws {
        try askSamples(&result)
        try askRanges(&result)
        try askYears(&result)
        try askDays(&result)
        try askDashboards(&result)
        try askEverything(&result)
    }

    /// Times the same question of many subjects; the answers go to `use` outside the time.
    func times<Subject, Answer>(
        _ subjects: [Subject], _ ask: (Subject) throws -> Answer,
        then use: (Answer) throws -> Void
    ) rethrows -> [UInt64] {
        try subjects.map { subject in
            try timed({ try ask(subject) }, then: use)
        }
    }
}
