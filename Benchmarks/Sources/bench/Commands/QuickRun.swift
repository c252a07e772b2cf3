import Foundation

/// `bench quick`: makes data, and runs this engine and SQLite on them, one after the other, with the
/// same queries; no figure is shown unless all give the answers that the data give.
struct QuickRun {
    private static let openings = 5

    private let pointCount: Int
    private let yearCount: Int
    private let repetitions: Int
    private let tickSampleCount: Int
    private let work: String
    private let resultPath: String?

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "quick", words: 0,
            options: ["--points", "--years", "--repetitions", "--tick", "--work", "--result"])
        pointCount = try words.number("--points", default: 98)
        yearCount = try words.number("--years", default: 1)
        repetitions = try words.number("--repetitions", default: 3)
        tickSampleCount = try words.number("--tick", default: TickSeries.standardCount)
        work = words.text("--work") ?? TemporaryFolder.path
        resultPath = words.text("--result")
        guard pointCount >= Queries.dashboardSeriesCount else {
            throw UsageError(
                "--points: \(pointCount) found, at least \(Queries.dashboardSeriesCount) expected")
        }
    }

    func run() throws {
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        var machine = MachineFacts.all()
        announce("making \(pointCount) points of \(yearCount) years")
        let (workload, queries) = try DataRun.make(
            at: work + "/data.bin", points: pointCount, years: yearCount)
        let expected = ExpectedAnswers.computed(workload, queries)
        let engines: [any Engine] = [Engines.almanac] + Engines.peers
        let results = try engines.map { engine in
            announce("\(engine.name): import, \(repetitions) × all queries, ticks")
            var result = RunResult(of: engine)
            try measure(engine, workload, queries, &result)
            try result.compare(with: expected)
            return result
        }
        for peer in results.dropFirst() { try results[0].compare(with: peer.check) }
        machine["load_average_end"] = MachineFacts.loadAverage
        let report = QuickReport(machine: machine, engines: results)
        report.print()
        if let resultPath { try report.write(to: resultPath) }
    }

    private func measure(
        _ engine: some Engine, _ workload: Workload, _ queries: Queries,
        _ result: inout RunResult
    ) throws {
        result.series = workload.series.count
        result.samples = workload.sampleCount
        let folder = "\(work)/\(engine.name)"
        try Ingest.run(engine, workload, into: folder, &result)
        let lookup = queries.lookups[0]
        for _ in 0..<QuickRun.openings {
            result.add(
                "open",
                try FirstAnswerStep.milliseconds(
                    of: engine, folder, workload.keys[lookup.series], at: lookup.time),
                unit: "ms")
        }
        result.add(
            try AskStep.figures(of: engine, folder, workload, repetitions: repetitions))
        let series = TickSeries(workload, end: queries.end, count: tickSampleCount)
        if engine is Almanac {
            try TickRun.runBesideRaw(folder, series, &result)
        } else {
            try TickRun.run(engine, folder, series, &result)
        }
    }
}
