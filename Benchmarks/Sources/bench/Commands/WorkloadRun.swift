import Foundation
import SegmentStore

/// `bench run`: imports a workload file into a fresh store and asks it the workload's queries.
struct WorkloadRun {
    private static let openings = 5

    private let workload: Workload
    private let queries: Queries?
    private let work: String
    private let resultPath: String?
    private let repetitions: Int

    private var store: String { work + "/store" }

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "run", words: 1, options: ["--result", "--work", "--repetitions"])
        workload = try Workload(path: words[0])
        let path = words[0] + ".queries"
        let hasQueries = !workload.isReal && FileManager.default.fileExists(atPath: path)
        queries = hasQueries ? try Queries(path: path) : nil
        work = words.text("--work") ?? TemporaryFolder.path
        resultPath = words.text("--result")
        repetitions = try words.number("--repetitions", default: 3)
    }

    func run() throws {
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        var result = RunResult(of: Engines.almanac)
        result.series = workload.series.count
        result.samples = workload.sampleCount
        result.info = MachineFacts.all()
        try Ingest.run(Engines.almanac, workload, into: store, &result)
        try measureReimport(&result)
        if let queries { try measure(queries, &result) }
        result.info["load_average_end"] = MachineFacts.loadAverage
        result.print()
        if let resultPath { try result.write(to: resultPath) }
    }

    /// The same data again, into a store that holds it: all of it is found to be known.
    private func measureReimport(_ result: inout RunResult) throws {
        let writer = try Store.open(at: store)
        defer { writer.close() }
        var duplicates = 0
        let seconds = try seconds {
            duplicates = try Almanac.importAll(workload, into: writer).duplicates
        }
        guard duplicates == workload.sampleCount else {
            throw WrongAnswer("\(duplicates) duplicates of \(workload.sampleCount)")
        }
        result.add(
            "ingest_again_sps", Double(workload.sampleCount) / seconds, unit: "samples/s")
    }

    private func measure(_ queries: Queries, _ result: inout RunResult) throws {
        let lookup = queries.lookups[0]
        for _ in 0..<WorkloadRun.openings {
            result.add(
                "open",
                try FirstAnswerStep.milliseconds(
                    of: Engines.almanac, store, workload.keys[lookup.series], at: lookup.time),
                unit: "ms")
        }
        result.add(
            try AskStep.figures(
                of: Engines.almanac, store, workload, repetitions: repetitions))
        try result.compare(with: try ExpectedAnswers.of(workload, queries))
        result.add("fullscan_rss_mb", try FullScanStep.megabytes(store, workload), unit: "MB")
        result.add("idle_rss_mb", try IdleStep.megabytes(.reader, store), unit: "MB")
        result.add("idle_writer_rss_mb", try IdleStep.megabytes(.writer, store), unit: "MB")
        result.info["program_rss_mb"] = String(try IdleStep.megabytes(.nothing, store))
        let series = TickSeries(workload, end: queries.end)
        try KillRun(source: series, store: store) { HoldStep.arguments($0, workload) }
            .run(&result)
        try TickRun.runBesideRaw(store, series, &result)
    }
}

/// Where stores are made that nobody gave a place.
enum TemporaryFolder {
    static var path: String {
        NSTemporaryDirectory() + "almanac-bench-\(ProcessInfo.processInfo.processIdentifier)"
    }
}
