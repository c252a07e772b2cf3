import Foundation

/// Asks a synthetic store in a fresh process, and compares every single answer with the formula.
enum SyntheticAskStep {
    private static let queryCount = 2000
    private static let rangeSampleCount = 1000

    static func figures(_ folder: String, _ source: SyntheticSeries) throws -> RunResult {
        let data = try ChildProcess.output(["synthetic-ask", folder] + source.arguments)
        return try JSONDecoder().decode(RunResult.self, from: data)
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step synthetic-ask", words: 4, options: [])
        let source = try SyntheticSeries(words, from: 1)
        var result = RunResult(of: Engines.almanac)
        let before = PrivateMemory.megabytes()
        let reader = try Engines.almanac.reader(of: words[0], source.keys)
        result.add("open_rss_mb", PrivateMemory.megabytes() - before, unit: "MB")
        let random = SampleRandom(seed: 3)
        // The first round meets chunks that this process has not verified yet, the second does not.
        for _ in 0..<2 {
            var same = random
            try askSamples(reader, source, &same, &result)
            try askRanges(reader, source, &same, &result)
        }
        result.add("rss_anon_mb", PrivateMemory.megabytes() - before, unit: "MB")
        FileHandle.standardOutput.write(try JSONEncoder().encode(result))
    }

    private static func askSamples(
        _ reader: AlmanacReader, _ source: SyntheticSeries, _ random: inout SampleRandom,
        _ result: inout RunResult
    ) throws {
        let lookups = (0..<queryCount).map { _ in
            let span = Int(source.end - source.start)
            return (
                series: random.below(source.seriesCount),
                time: source.start + Int64(random.below(span))
            )
        }
        result.add(
            "lookup",
            nanoseconds: try lookups.map { query in
                try timed {
                    try reader.sample(of: query.series, atOrBefore: query.time)
                } then: {
                    try check(
                        $0, query.series, source.slot(atOrBefore: query.time), source, "lookup")
                }
            })
        let latest = (0..<queryCount).map { _ in random.below(source.seriesCount) }
        result.add(
            "latest",
            nanoseconds: try latest.map { series in
                try timed {
                    try reader.latest(of: series)
                } then: {
                    try check($0, series, source.samplesPerSeries - 1, source, "latest")
                }
            })
    }

    private static func askRanges(
        _ reader: AlmanacReader, _ source: SyntheticSeries, _ random: inout SampleRandom,
        _ result: inout RunResult
    ) throws {
        let count = min(rangeSampleCount, source.samplesPerSeries)
        let nanoseconds = try (0..<queryCount).map { _ in
            let series = random.below(source.seriesCount)
            let first = random.below(source.samplesPerSeries - count + 1)
            let window = Queries.Window(
                series: series, from: source.time(at: first), to: source.time(at: first + count))
            return try timed {
                try reader.columns(window)
            } then: { found in
                let slots = first..<first + count
                guard found.times == slots.map(source.time(at:)),
                    found.values == slots.map({ source.value(of: series, at: $0) })
                else { throw WrongAnswer("range of series \(series) from \(window.from)") }
            }
        }
        result.add("range1000", nanoseconds: nanoseconds)
    }

    private static func check(
        _ found: TimedValue?, _ series: Int, _ slot: Int, _ source: SyntheticSeries, _ name: String
    ) throws {
        guard let found, found.time == source.time(at: slot),
            found.value == source.value(of: series, at: slot)
        else {
            throw WrongAnswer("\(name) of series \(series) at slot \(slot)")
        }
    }
}

/// Appends ticks of all synthetic series and waits to be killed.
enum SyntheticHoldStep {
    static func arguments(_ folder: String, _ source: SyntheticSeries) -> [String] {
        ["synthetic-hold", folder] + source.arguments
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step synthetic-hold", words: 4, options: [])
        try HoldStep.hold(words[0], try SyntheticSeries(words, from: 1))
    }
}
