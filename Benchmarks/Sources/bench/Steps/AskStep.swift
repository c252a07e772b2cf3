import Foundation

/// Opens a store in a fresh process and asks it everything: figures and answers on standard output.
enum AskStep {
    static func figures(
        of engine: any Engine, _ folder: String, _ workload: Workload, repetitions: Int
    ) throws -> RunResult {
        let data = try ChildProcess.output(
            ["ask", engine.name, folder, workload.path, String(repetitions)])
        return try JSONDecoder().decode(RunResult.self, from: data)
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step ask", words: 4, options: [])
        let result = try ask(
            try Engines.named(words[0]), words[1], try Workload(path: words[2]),
            try Queries(path: words[2] + ".queries"), repetitions: try words.number(at: 3))
        FileHandle.standardOutput.write(try JSONEncoder().encode(result))
    }

    private static func ask(
        _ engine: some Engine, _ folder: String, _ workload: Workload, _ queries: Queries,
        repetitions: Int
    ) throws -> RunResult {
        var result = RunResult(of: engine)
        let keys = workload.keys
        let before = PrivateMemory.megabytes()
        let reader = try engine.reader(of: folder, keys)
        let session = QuerySession(reader: reader, queries: queries)
        for _ in 0..<repetitions { try session.ask(&result) }
        result.add("rss_anon_mb", PrivateMemory.megabytes() - before, unit: "MB")
        return result
    }
}
