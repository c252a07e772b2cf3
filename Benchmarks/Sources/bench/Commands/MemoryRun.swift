import BenchReport
import Foundation

/// `bench memory`: what importing, merging and scanning a store take of memory, for stores of
/// growing size: each step in a process of its own, whose private memory is read at its peak.
struct MemoryRun {
    private static let slotsPerYear = 35_040

    private let resultPath: String?

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "memory", words: 0, options: ["--result"])
        resultPath = words.text("--result")
    }

    func run() throws {
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let steps = ["import", "merge", "scan"]
        var table = ResultTable(
            labels: ["Samples"],
            columns: steps.map { .init($0, title: "\($0), MB", decimals: 1) })
        for series in [50, 200, 800] {
            var peaks: [String: Double?] = [:]
            for step in steps {
                peaks[step] = try MemoryStep.peak(step, "\(work)/\(series)", series: series)
            }
            table.append((series * MemoryRun.slotsPerYear).grouped, figures: peaks)
        }
        try Measured(
            data: "50, 200 and 800 series of a year, each step in a process of its own",
            table: table
        ).show(resultPath: resultPath)
    }
}
