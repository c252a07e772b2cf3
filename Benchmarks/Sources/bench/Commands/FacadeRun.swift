import Almanac
import AlmanacSimulation
import BenchReport
import Foundation
import SegmentStore

/// `bench facade`: how long calls of `DataManager` take, and the same calls of the engine below it in
/// the same run, in turns.
struct FacadeRun {
    private let repetitions: Int
    private let resultPath: String?

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "facade", words: 0, options: ["--repetitions", "--result"])
        repetitions = try words.number("--repetitions", default: 7)
        resultPath = words.text("--result")
    }

    func run() throws {
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let year = try FacadeYear(at: work)
        var table = ResultTable(
            labels: ["ns"],
            columns: [
                .init("engine", decimals: 0), .init("facade", title: "`DataManager`", decimals: 0),
                .init("ratio", decimals: 2),
            ])
        for query in try FacadeQueries(year).all() {
            var engine: Double?
            var facade = Double.infinity
            for _ in 0..<repetitions {
                if let ask = query.engine { engine = min(engine ?? .infinity, try ask()) }
                facade = min(facade, try query.facade())
            }
            table.append(
                query.name,
                figures: [
                    "engine": engine, "facade": facade, "ratio": engine.map { facade / $0 },
                ])
        }
        year.close()
        try Measured(
            data:
                "98 points of a year, \(year.sampleCount.grouped) samples; best of \(repetitions)",
            table: table
        ).show(resultPath: resultPath)
    }
}
