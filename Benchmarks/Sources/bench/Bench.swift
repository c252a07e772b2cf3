import Foundation

/// Measures the engine; answers are checked before a time is reported.
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
        let rest = arguments.dropFirst()
        switch arguments.first {
        case "quick": try QuickRun(rest).run()
        case "run": try WorkloadRun(rest).run()
        case "codecs": try CodecsRun(rest).run()
        case "micro": try MicroRun(rest).run()
        case "cache": try CacheRun(rest).run()
        case "data": try DataRun(rest).run()
        case "synthetic": try SyntheticRun(rest).run()
        case "golden":
            var golden = try GoldenStore(rest)
            try golden.run()
        case "memory": try MemoryRun().run()
        case "site": try SiteRun(rest).run()
        case "facade": try FacadeRun(rest).run()
        case "requests": try RequestsRun(rest).run()
        case "readers": try ReadersRun(rest).run()
        case "step": try Steps.run(rest)
        default: throw UsageError(usage)
        }
    }

    private static let usage = """
        usage: bench quick [--points N] [--years N] [--repetitions N] [--tick N]
                           [--result OUT.json]
               bench run FILE [--result OUT.json] [--work DIR] [--repetitions N]
               bench data FILE [--points N] [--years N]
               bench codecs
               bench micro
               bench cache [--devices N] [--repetitions N]
               bench synthetic [--series N] [--years N] [--step SECONDS] [--result OUT.json]
               bench memory
               bench site [--devices N] [--points N] [--hours N] [--open N] [--work DIR]
               bench facade [--repetitions N]
               bench readers [--readers N] [--seconds N]
               bench requests
               bench golden FOLDER

        quick makes its own data and runs this engine and SQLite on it. FILE is a standard workload
        (docs/performance.md), as data writes one; FILE.queries and FILE.expected.json beside it are
        used where they are there.
        Example: bench quick --points 196 --result quick.json
        """
}

/// A line that appears at once, also through a pipe.
func announce(_ line: String) {
    print(line)
    fflush(nil)
}
