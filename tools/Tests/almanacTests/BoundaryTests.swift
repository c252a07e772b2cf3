import Testing

@testable import almanac

/// Numbers at the end of what their types hold, as options and stores may bring them.
@Suite("Greatest numbers") struct BoundaryTests {
    @Test("a sparkline spans all doubles") func sparkline() {
        #expect(Sparkline.line([-1.7e308, nil, 0, .infinity, 1.7e308]) == "▁ ▅ █")
        #expect(Sparkline.line([.leastNonzeroMagnitude, 0]).count == 2)
        #expect(Sparkline.line([3, 3]) == "▅▅")
        #expect(Sparkline.line([nil, nil]) == "  ")
    }

    @Test("the greatest limit is no limit") func limit() throws {
        let program = try Program()
        let file = try program.folder.file("s.csv", "unix_ms,a\n1735689600000,1\n1735689660000,2\n")
        #expect(try program.run("import", "csv", file).status == 0)
        let limit = ["--limit", "\(Int.max)", "--store", program.store]
        for command in [
            ["read", "s/a", "--output", "json"],
            ["read", "s/a", "--every", "1m", "--output", "json"],
            ["export", "csv"], ["export", "csv", "--long"], ["export", "csv", "--every", "1m"],
            ["ls", "points"], ["ls", "chunks"], ["gaps"], ["health"], ["stat"],
        ] {
            let all = try program.run(command + limit, [:])
            let plain = try program.run(command + ["--store", program.store], [:])
            #expect(all.status == plain.status && all.output == plain.output, "\(command)")
        }
    }

    @Test("a pause of hours is slept in parts that the system takes") func pause() {
        var slept: UInt64 = 0
        SystemClock.sleep(milliseconds: 2 * 3_600_000 + 1) { slept += UInt64($0) }
        #expect(slept == 7_200_001_000)
        struct Woken: Error {}
        #expect(throws: Woken.self) {
            try SystemClock.sleep(milliseconds: .max) { _ in throw Woken() }
        }
    }
}
