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
        case "memory": try MemoryRun(rest).run()
        case "site": try SiteRun(rest).run()
        case "facade": try FacadeRun(rest).run()
        case "requests": try RequestsRun(rest).run()
        case "collect": try CollectRun(rest).run()
        case "ticks": try TicksRun(rest).run()
        case "readers": try ReadersRun(rest).run()
        case "compare": try CompareRun(rest).run()
        case "report": try ReportRun(rest).run()
        case "step": try Steps.run(rest)
        default: throw UsageError(usage)
        }
    }

    private static let usage = """
        usage: bench quick [--points N] [--years N] [--repetitions N] [--tick N]
               bench run FILE [--work DIR] [--repetitions N]
               bench data FILE [--points N] [--years N]
               bench codecs
               bench micro
               bench cache [--devices N] [--repetitions N]
               bench synthetic [--series N] [--years N] [--step SECONDS]
               bench memory
               bench site [--devices N] [--points N] [--hours N] [--open N] [--work DIR]
               bench facade [--repetitions N]
               bench readers [--readers N] [--seconds N]
               bench requests
               bench collect [--devices N] [--points N] [--hours N]
               bench ticks
               bench compare OTHER-BENCH FILE [--pairs N]
               bench report [--only NAME,…] [--quick] [--allow-dirty] [--real FILE]
                            [--before OTHER-BENCH] | --write | --check
               bench golden FOLDER

        quick makes its own data and runs this engine and SQLite on it. FILE is a standard workload
        (docs/performance.md), as data writes one; FILE.queries and FILE.expected.json beside it are
        used if they are there. Each command that measures writes its figures with --result OUT.json.
        report runs all of them and writes the tables of the pages; --write writes them from the result
        files that are there, --check compares.
        Example: bench quick --points 196 --result quick.json
        """
}

/// A line that appears at once, also through a pipe.
func announce(_ line: String) {
    print(line)
    fflush(nil)
}
