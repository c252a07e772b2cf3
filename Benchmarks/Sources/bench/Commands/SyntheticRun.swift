import Foundation

/// `bench synthetic`: a store of very many series over many years, made by a formula: what opening,
/// look-ups and memory cost when the index is large.
struct SyntheticRun {
    private static let openings = 5

    private let source: SyntheticSeries
    private let work: String
    private let resultPath: String?

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "synthetic", words: 0,
            options: ["--series", "--years", "--step", "--work", "--result"])
        source = SyntheticSeries(
            series: try words.number("--series", default: 100_000),
            years: try words.number("--years", default: 10),
            stepSeconds: try words.number("--step", default: 86_400))
        work = words.text("--work") ?? TemporaryFolder.path
        resultPath = words.text("--result")
    }

    func run() throws {
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        announce(
            "\(source.seriesCount) series × \(source.yearCount) years, a sample every "
                + "\(source.step / 1000) s: \(source.sampleCount) samples")
        var result = RunResult(of: Engines.almanac)
        result.series = source.seriesCount
        result.samples = source.sampleCount
        result.info = MachineFacts.all()
        result.info["years"] = String(source.yearCount)
        result.info["step_s"] = String(source.step / 1000)
        let store = work + "/store"
        result.add(try SyntheticMakeStep.figures(store, source))
        let bytes = try DiskUsage.byteCount(of: store)
        result.add(
            "bytes_per_sample", Double(bytes) / Double(source.sampleCount), unit: "B")
        result.add("store_mb", Double(bytes) / 1_048_576, unit: "MB")
        announce("made: \(bytes / 1_048_576) MB")
        try measureOpening(store, &result)
        result.add(try SyntheticAskStep.figures(store, source))
        try KillRun(source: source, store: store) { SyntheticHoldStep.arguments($0, source) }
            .run(&result)
        result.info["load_average_end"] = MachineFacts.loadAverage
        result.print()
        if let resultPath { try result.write(to: resultPath) }
    }

    private func measureOpening(_ store: String, _ result: inout RunResult) throws {
        let middle = source.keys[source.seriesCount / 2]
        for _ in 0..<SyntheticRun.openings {
            result.add(
                "open",
                try FirstAnswerStep.milliseconds(
                    of: Engines.almanac, store, middle, at: (source.start + source.end) / 2),
                unit: "ms")
        }
        result.add("idle_rss_mb", try IdleStep.megabytes(.reader, store), unit: "MB")
        result.add("idle_writer_rss_mb", try IdleStep.megabytes(.writer, store), unit: "MB")
    }
}
