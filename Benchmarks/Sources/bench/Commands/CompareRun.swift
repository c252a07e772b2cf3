import BenchReport
import Foundation

/// `bench compare`: `bench run` by this program and by that of another commit, in turns, so that a
/// slow moment of the machine meets both.
///
/// The other program measures with its own code; it must know `bench run FILE --result`.
struct CompareRun {
    private let program: String
    private let file: String
    private let pairCount: Int
    private let resultPath: String?

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "compare", words: 2, options: ["--pairs", "--result"])
        program = words[0]
        file = words[1]
        pairCount = try words.number("--pairs", default: 5)
        resultPath = words.text("--result")
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw UsageError("\(program): no program")
        }
    }

    func run() throws {
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let pairs = try (1...pairCount).map { pair in
            announce("pair \(pair) of \(pairCount)")
            // Which of the two comes first alternates.
            if pair.isMultiple(of: 2) {
                let own = try result(of: BenchProgram.path, work)
                return Pair(other: try result(of: program, work), own: own)
            }
            let other = try result(of: program, work)
            return Pair(other: other, own: try result(of: BenchProgram.path, work))
        }
        let folder = URL(fileURLWithPath: program).resolvingSymlinksInPath()
            .deletingLastPathComponent().path
        let data = pairs[0].own.data + "; \(pairCount) runs of each program, in turns"
        try Measured(
            data: data, table: CompareRun.table(of: pairs),
            otherCommit: try Repository(containing: folder).commit("HEAD")
        ).show(resultPath: resultPath)
    }

    private func result(of program: String, _ work: String) throws -> RunResult {
        let path = work + "/result.json"
        try BenchProgram.run(
            program, ["run", file, "--work", work + "/run", "--result", path], showsOutput: false)
        return try JSONDecoder().decode(
            RunResult.self, from: try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private struct Pair {
        var other: RunResult
        var own: RunResult
    }

    /// Medians of both, and this program's figure divided by the other's, pair by pair.
    private static func table(of pairs: [Pair]) -> ResultTable {
        var table = ResultTable(
            labels: ["", "Unit"],
            columns: [
                .init("other", title: "before"), .init("own", title: "now"),
                .init("ratio", title: "now ÷ before", decimals: 3),
                .init("least", title: "least", decimals: 3),
                .init("greatest", title: "greatest", decimals: 3),
            ])
        for name in RunResult.sorted(pairs[0].own.metrics.keys) {
            let figures = pairs.compactMap { pair -> (other: Double, own: Double)? in
                guard let other = pair.other.metrics[name], let own = pair.own.metrics[name] else {
                    return nil
                }
                return (other.median, own.median)
            }
            let ratios = figures.map { $0.own / $0.other }.sorted()
            guard !ratios.isEmpty, let metric = pairs[0].own.metrics[name] else { continue }
            table.append(
                name, metric.unitText,
                figures: [
                    "other": median(figures.map(\.other)), "own": median(figures.map(\.own)),
                    "ratio": median(ratios), "least": ratios.first, "greatest": ratios.last,
                ])
        }
        return table
    }

    private static func median(_ figures: [Double]) -> Double {
        figures.sorted()[figures.count / 2]
    }
}
