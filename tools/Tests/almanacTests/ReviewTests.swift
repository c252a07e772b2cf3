import Almanac
import Foundation
import Testing

@testable import almanac

/// `gaps` and `health` on histories whose answer is known by hand.
@Suite("Gaps and health") struct ReviewTests {
    private let program: Program

    init() throws { program = try Program() }

    /// Minutes of 2025 with a sample of each column; what is nil has none.
    private func imported(_ columns: [String: (Int) -> Double?], minutes: Range<Int>) throws {
        let names = columns.keys.sorted()
        var text = "unix_ms,\(names.joined(separator: ","))\n"
        for minute in minutes {
            let cells = names.map { columns[$0]!(minute).map { "\($0)" } ?? "" }
            text += "\(1_735_689_600_000 + minute * 60_000),\(cells.joined(separator: ","))\n"
        }
        let file = try program.folder.file("s.csv", text)
        let result = try program.run("import", "csv", file)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("tell each gap with its length, the same in every form") func gaps() throws {
        try imported(
            [
                "a": { (100..<130).contains($0) || (200..<203).contains($0) ? nil : Double($0) },
                "b": { $0 < 280 ? 1 : nil }, "c": { Double($0) },
            ], minutes: 0..<300)
        let csv = try program.run("gaps", "--output", "csv")
        #expect(csv.status == 0)
        let base = 1_735_689_600_000
        func row(_ point: String, _ address: String, _ from: Int, _ to: Int) -> String {
            let length = (to - from) * 60_000
            return "s/\(point),\(address),\(base + from * 60_000),\(base + to * 60_000),\(length),"
                + "unknown,"
        }
        // The end of the store is behind its last sample.
        let open =
            "s/b,4194304:1000:2,\(base + 280 * 60_000),\(base + 299 * 60_000 + 1),"
            + "\(19 * 60_000 + 1),unknown,"
        #expect(
            csv.lines == [
                "point,address,from,to,length_ms,reason,detail",
                row("a", "4194304:1000:1", 100, 130), row("a", "4194304:1000:1", 200, 203), open,
            ])
        let json = try program.run("gaps", "s/a", "--min", "30m", "--output", "json")
        #expect(
            json.output == """
                {"schema":"almanac.gaps/1","rows":[
                {"point":"s/a","address":"4194304:1000:1","from":\(base + 6_000_000),\
                "to":\(base + 7_800_000),"length_ms":1800000,"reason":"unknown","detail":null}
                ]}

                """)
        let lines = try program.run("gaps", "s/a", "--limit", "1", "--output", "ndjson").lines
        #expect(lines.count == 1)
        #expect(try program.run("gaps", "s/c").errors.contains("0 gaps of 0 points"))
        #expect(try program.run("gaps", "--min", "soon").status == 64)
        // Up to now everything has been silent for long.
        let now = try program.run("gaps", "s/c", "--to", "now", "--output", "csv")
        #expect(now.lines.count == 2)
    }

    @Test("fail on what they are told to, and on nothing else") func failOn() throws {
        try imported(
            ["a": { $0 % 4 == 3 && $0 > 50 ? nil : Double($0 % 7) }, "b": { $0 < 200 ? 2 : nil }],
            minutes: 0..<300)
        #expect(try program.run("health").status == 0)
        for (rule, status) in [
            ("coverage<90", 1), ("coverage<70", 1), ("coverage<60", 0), ("stalled", 1),
            ("no_data", 0), ("bad", 0),
            ("gaps>0", 1), ("gaps>1", 0), ("longest_gap>1h", 1), ("longest_gap>2h", 0),
            ("level>=warning", 1), ("level=red", 1), ("flat>=1", 0), ("out_of_range!=0", 0),
            ("coverage", 64), ("coverage<", 64), ("cover<90", 64), ("level>=bad", 64), ("", 64),
        ] {
            let result = try program.run("health", "--fail-on", rule, "--output", "csv")
            #expect(result.status == status, "\(rule): \(result.errors)")
            #expect(status == 64 || result.lines.count == 3, "\(rule)")
        }
        let both = try program.run("health", "--fail-on", "bad", "--fail-on", "stalled")
        #expect(both.status == 1)
        #expect(both.errors.contains("stalled: 1 point: s/b"))
        // A limit is of what is printed, not of what is looked at.
        let cut = try program.run("health", "--limit", "1", "--fail-on", "stalled")
        #expect(cut.status == 1)
    }

    @Test("tell what was counted when samples came") func counted() async throws {
        try imported(["a": { Double($0) }, "b": { Double($0) }], minutes: 0..<60)
        let point = PointAddress("4194304:1000:1")!
        let start = Timestamp("2025-01-01")!.milliseconds
        let manager = try DataManager.open(at: program.store)
        for (value, second) in [(7, 420), (8, 480), (30.5, 1830), (1, -1_000_000_000)] {
            let time = Timestamp(milliseconds: start + Int64(second) * 1000)
            try await manager.store([PointSample(point: point, value: value, at: time)])
        }
        await manager.close()
        let all = try program.run("health", "--output", "csv").lines
        #expect(all[0].hasSuffix(",bad,duplicates,late,quarantined,future,level"))
        #expect(
            all[1].hasSuffix(",0,2,1,1,0,good") && all[2].hasSuffix(",0,0,0,0,0,good"), "\(all)")
        // It was refused when it came, which is today.
        let year = try program.run("health", "--to", "2026", "--from", "2025", "--output", "csv")
        #expect(year.lines[1].hasSuffix(",0,2,1,0,0,red"), "\(year.lines)")
        let table = try program.run("health", "s/a", "--fail-on", "quarantined>1")
        #expect(table.status == 0 && table.output.contains("2 came again, 1 late, 1 quarantined"))
        for (rule, status) in [("duplicates>1", 1), ("duplicates>2", 0), ("late", 1)] {
            #expect(try program.run("health", "--fail-on", rule).status == status, "\(rule)")
        }
    }

    /// The only chunk, the first of several, and one between others.
    @Test(
        "give what is whole of a damaged store, name the damage and end with 1",
        arguments: [(4000, 1), (20_000, 1), (20_000, 2)])
    func damage(sampleCount: Int, chunkLine: Int) throws {
        try imported(
            ["a": { Double($0 * 7919 % 1000) / 10 }, "b": { Double($0) }], minutes: 0..<sampleCount)
        let chunks = try program.run("ls", "chunks", "s/a", "--output", "csv").lines
        #expect(chunks.count > 2 || sampleCount == 4000, "several chunks are wanted")
        let chunk = chunks[chunkLine].split(separator: ",")
        let path = program.store + "/" + chunk[0]
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[Int(chunk[1])! + 100] ^= 4
        try bytes.write(to: URL(fileURLWithPath: path))
        let gaps = try program.run("gaps", "--output", "csv")
        #expect(gaps.status == 1)
        #expect(gaps.lines.count == 2 && gaps.lines[1].contains("s/a,"), "\(gaps.output)")
        #expect(gaps.lines.last!.contains(",damaged,"), "\(gaps.output)")
        let fields = gaps.lines.last!.split(separator: ",")
        // From the first sample that is lost, or the moment that it was due, to the last one or to
        // the next that is there.
        #expect(abs(Int(fields[2])! - Int(chunk[5])!) <= 60_000)
        #expect(abs(Int(fields[3])! - Int(chunk[6])!) <= 60_000)
        #expect(gaps.errors.contains("damaged samples of s/a"))
        let health = try program.run("health", "--output", "csv")
        #expect(health.status == 1)
        #expect(health.lines.count == 3)
        #expect(
            health.lines[2].hasPrefix("s/b,4194304:1000:2,\(sampleCount),\(sampleCount),100,0,"))
    }

    @Test(
        "write to a pipe what a pipe can carry, and bars to a terminal",
        .enabled(if: Program.hasTerminal))
    func trend() throws {
        try imported(["a": { Double($0) }], minutes: 0..<300)
        let piped = try program.run(
            "health", environment: ["LANG": "C.UTF-8", "TERM": "xterm-256color"])
        #expect(piped.output.utf8.allSatisfy { $0 < 0x80 && $0 != 0x1B })
        let screen = try program.onTerminal(
            "health", ["LANG": "C.UTF-8", "TERM": "xterm-256color"])
        #expect(screen.contains("▁▁▂") && screen.contains("██"))
        let plain = try program.onTerminal("health", ["LANG": "C.UTF-8", "TERM": "dumb"])
        #expect(!plain.contains("▁") && !plain.contains("\u{1B}"))
    }

    @Test(
        "write lengths in two units",
        arguments: [
            (0, "0 s"), (999, "999 ms"), (61_000, "1 min 1 s"), (3_600_000, "1 h"),
            (90_000_000, "1 d 1 h"), (86_400_001, "1 d"), (3_661_000, "1 h 1 min"),
        ])
    func lengths(_ milliseconds: Int64, _ text: String) {
        #expect(LengthText.text(milliseconds: milliseconds) == text)
    }
}
