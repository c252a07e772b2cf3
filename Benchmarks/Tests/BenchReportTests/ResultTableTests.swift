import BenchReport
import Testing

@Suite("ResultTable") struct ResultTableTests {
    private static var table: ResultTable {
        var table = ResultTable(
            labels: ["", "Unit"],
            columns: [
                .init("p50"), .init("ratio", title: "× SQLite", boldBelow: 1),
                .init("bytes", decimals: 3),
            ])
        table.append("open", "ms", figures: ["p50": 1.239, "ratio": 0.45, "bytes": nil])
        table.append("ingest", "/s", figures: ["p50": 12_612_345, "ratio": 1.0, "bytes": 0.8977])
        table.append("none", "", figures: ["p50": .nan])
        return table
    }

    @Test("has empty cells for figures that it has not, and losses in bold")
    func markdown() {
        #expect(
            ResultTableTests.table.markdown == """
                | | Unit | p50 | × SQLite | bytes |
                |---|---|---|---|---|
                | open | ms | 1.24 | **0.450** | |
                | ingest | /s | 12.6 M | 1.00 | 0.898 |
                | none | | | | |
                """)
    }

    @Test("aligns its columns on a terminal")
    func text() {
        let lines = ResultTableTests.table.text.split(separator: "\n")
        #expect(Set(lines.map(\.count)).count == 1)
        #expect(lines[1] == "open    ms      1.24     0.450       ")
    }

    @Test("finds a figure by its row and column")
    func figure() {
        #expect(ResultTableTests.table.figure("p50", ofRow: "open") == 1.239)
        #expect(ResultTableTests.table.figure("bytes", ofRow: "open") == nil)
        #expect(ResultTableTests.table.figure("p50", ofRow: "closed") == nil)
    }

    @Test(
        "shows three significant digits and separated thousands",
        arguments: [
            (0, "0"), (0.0412, "0.041"), (0.794, "0.794"), (1.037, "1.04"), (41.26, "41.3"),
            (123.5, "124"), (33_554.4, "33,554"), (999_999, "999,999"), (1_045_000_000, "1,045 M"),
            (15_432_100, "15.4 M"), (-1234.6, "-1,235"),
        ])
    func digits(value: Double, text: String) { #expect(FigureText.of(value) == text) }

    @Test("shows as many decimals as a column asks for")
    func decimals() {
        #expect(FigureText.of(12_000_000, decimals: 0) == "12,000,000")
        #expect(FigureText.of(0.0054, decimals: 2) == "0.01")
    }
}
