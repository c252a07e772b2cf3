import Foundation

/// Measures the engine on a standard workload file; answers are checked before a time is reported.
@main struct Bench {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        switch arguments.first {
        case "run":
            try WorkloadRun(try RunOptions(arguments.dropFirst())).run()
        case "first":
            try FirstAnswer(arguments.dropFirst()).run()
        case "golden":
            var golden = try GoldenStore(arguments.dropFirst())
            try golden.run()
        case "memory":
            try MemoryRun().run()
        case "memory-step":
            try MemoryRun.step(arguments.dropFirst())
        default:
            throw UsageError(
                """
                usage: bench run FILE [--result OUT.json] [--work DIR] [--repetitions N]
                       bench memory
                       bench golden FOLDER

                FILE is a standard workload (docs/performance.md); FILE.queries and
                FILE.expected.json beside it are used where they are there.
                Example: bench run small.bin --result almanac.json
                """)
        }
    }
}

struct UsageError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// A disagreement between an answer and what the data say: no time is reported then.
struct WrongAnswer: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

struct RunOptions {
    var file: String
    var result: String?
    var work: String
    var repetitions = 3

    init(_ arguments: ArraySlice<String>) throws {
        var rest = Array(arguments)
        guard !rest.isEmpty else { throw UsageError("bench run: which FILE?") }
        file = rest.removeFirst()
        work = NSTemporaryDirectory() + "almanac-bench-\(ProcessInfo.processInfo.processIdentifier)"
        while !rest.isEmpty {
            let name = rest.removeFirst()
            guard !rest.isEmpty else { throw UsageError("bench run: \(name) needs a value") }
            let value = rest.removeFirst()
            switch name {
            case "--result": result = value
            case "--work": work = value
            case "--repetitions":
                guard let number = Int(value), number > 0 else {
                    throw UsageError("--repetitions: \(value) found, a positive number expected")
                }
                repetitions = number
            default: throw UsageError("bench run: \(name) is no option")
            }
        }
    }
}
