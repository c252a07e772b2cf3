import BenchReport

extension RunResult.Metric {
    /// The middle of the repetitions of the 99th percentile.
    var late: Double? { p99.flatMap { $0.isEmpty ? nil : $0.sorted()[$0.count / 2] } }

    /// The unit as a page writes it.
    var unitText: String { unit == "us" ? "µs" : unit }
}

extension RunResult {
    /// A row per metric: median and 99th percentile.
    var table: ResultTable {
        var table = ResultTable(
            labels: ["", "Unit"], columns: [.init("p50"), .init("p99")])
        for name in RunResult.sorted(metrics.keys) {
            guard let metric = metrics[name] else { continue }
            table.append(
                name, metric.unitText, figures: ["p50": metric.median, "p99": metric.late])
        }
        return table
    }

    /// Series, samples and what the killed process left, in the words of a caption.
    var data: String {
        var text = "\(series.grouped) series, \(samples.grouped) samples"
        if let years = info["years"] { text += ", \(years) years" }
        if let log = info["killed_log_samples"], let megabytes = info["killed_log_mb"] {
            text += "; a log of \((Int(log) ?? 0).grouped) samples (\(megabytes) MB) after the kill"
        }
        return text
    }

    var measured: Measured { Measured(data: data, table: table) }
}

extension QuickReport {
    /// A row per metric, a column per engine, and how many times as good the first engine is as the
    /// best of the others.
    var table: ResultTable {
        var table = ResultTable(
            labels: ["", "Unit"],
            columns: engines.map { .init($0.peer, decimals: nil) }
                + [.init("ratio", title: "× best SQLite", boldBelow: 1)])
        for name in QuickReport.metrics(engines) {
            var figures: [String: Double?] = [:]
            for engine in engines { figures[engine.peer] = engine.metrics[name]?.median }
            figures["ratio"] = QuickReport.bestPeer(name, engines)?.ratio
            let unit = engines.lazy.compactMap { $0.metrics[name]?.unitText }.first ?? ""
            table.append(name, unit, figures: figures)
        }
        return table
    }

    var measured: Measured {
        let versions = engines.dropFirst().first.map { "; SQLite \($0.version)" } ?? ""
        return Measured(data: engines[0].data + versions, table: table)
    }
}
