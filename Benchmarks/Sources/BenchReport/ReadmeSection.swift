/// The measured table of the readme: a choice of rows from the results `small` and `quick`.
enum ReadmeSection {
    private static let name = "measured"

    /// A line of the table: its words, and the rows of the result whose figures it shows.
    private struct Line {
        var label: String
        /// Row of the result, and the unit after its figure.
        var figures: [(row: String, unit: String)]
    }

    private static let lines = [
        Line(
            label: "bulk import, durable and merged", figures: [("ingest_sps", "samples/s")]),
        Line(
            label:
                "a durable tick of 1,960 samples · the disk's own write and sync of as many bytes",
            figures: [("append_tick", "ms"), ("raw_tick", "ms")]),
        Line(label: "size, per sample", figures: [("bytes_per_sample", "B")]),
        Line(
            label: "the sample at or before a time · the latest",
            figures: [("lookup", "µs"), ("latest", "µs")]),
        Line(label: "a range of 1,000 samples", figures: [("range1000", "µs")]),
        Line(
            label: "aggregate of a point's year · from decoded samples",
            figures: [("scan_agg", "µs"), ("scan_agg_decoded", "µs")]),
        Line(label: "a year by day", figures: [("scan_day", "µs")]),
        Line(label: "20 points × 30 days, by hour", figures: [("dash", "ms")]),
        Line(label: "decoding scan of everything", figures: [("fullscan_sps", "samples/s")]),
        Line(
            label: "open · after kill −9 with a million samples in the log",
            figures: [("open", "ms"), ("open_after_kill", "ms")]),
    ]

    /// Compared with the better of the two SQLite layouts.
    private static let compared = [
        ("lookup", "look-up"), ("range1000", "range of 1,000"), ("scan_agg", "aggregate of a year"),
        ("fullscan_sps", "scan of everything"), ("append_tick", "durable tick"),
        ("bytes_per_sample", "size"), ("open", "opening"), ("rss_anon_mb", "private memory"),
    ]

    /// The section, or `nil` if a result that it needs is missing.
    ///
    /// - Throws: ``ReportError`` for another section, or a result without a row that it must have.
    static func text(_ name: String, from results: [String: BenchResult]) throws -> String? {
        guard name == ReadmeSection.name else {
            throw ReportError("the readme has no section \(name)")
        }
        guard let small = results["small"], let quick = results["quick"] else { return nil }
        let rows = try lines.map { line in
            let figures = try line.figures.map { figure in
                "\(try self.figure(figure.row, "p50", of: small)) \(figure.unit)"
            }
            return "| \(line.label) | \(figures.joined(separator: " · ")) |"
        }
        let ratios = try compared.map { row, label in
            "\(label) \(try figure(row, "ratio", of: quick))"
        }
        return (["| | |", "|---|---|"] + rows).joined(separator: "\n") + "\n\nMedians. "
            + small.caption
            + "\n\nBeside the better of two SQLite layouts, in times as good (below 1: "
            + "SQLite is better): " + ratios.joined(separator: " · ") + ". " + quick.caption
    }

    private static func figure(
        _ row: String, _ column: String, of result: BenchResult
    ) throws -> String {
        guard let figure = result.table.figure(column, ofRow: row) else {
            throw ReportError("the result \(result.name) has no \(column) of \(row)")
        }
        return FigureText.of(figure)
    }
}
