/// What other commands run in a process of its own: `bench step NAME …`, not for people.
enum Steps {
    static func run(_ arguments: ArraySlice<String>) throws {
        let rest = arguments.dropFirst()
        switch arguments.first {
        case "ask": try AskStep.run(rest)
        case "first": try FirstAnswerStep.run(rest)
        case "first-written": try FirstWrittenStep.run(rest)
        case "fullscan": try FullScanStep.run(rest)
        case "hold": try HoldStep.run(rest)
        case "idle": try IdleStep.run(rest)
        case "memory": try MemoryStep.run(rest)
        case "site-open": try SiteOpenStep.run(rest)
        case "synthetic-ask": try SyntheticAskStep.run(rest)
        case "synthetic-hold": try SyntheticHoldStep.run(rest)
        case "synthetic-make": try SyntheticMakeStep.run(rest)
        default: throw UsageError("bench step: \(arguments.first ?? "nothing") is no step")
        }
    }
}
