import Foundation
import Testing

@Suite("plot") struct PlotTests {
    private let program: Program

    init() throws { program = try Program() }

    /// Two days of quarter hours with a gap, a fan, and a spike of one sample.
    private func makeStore() throws {
        let rows = (0..<192).filter { !(80..<100).contains($0) }.map { row in
            "\(1_735_689_600_000 + row * 900_000),\(row == 30 ? 90 : 20 + row % 5),\(row / 20 % 2)"
        }
        let file = try program.folder.file(
            "ahu.csv", "unix_ms,temp,fan\n" + rows.joined(separator: "\n") + "\n")
        let points = try program.folder.file(
            "points.csv",
            "site,point,kind,unit\nahu,temp,temperature,degC\nahu,fan,binary-input,\n")
        #expect(try program.run("import", "csv", file, "--points", points).status == 0)
    }

    @Test("draws ASCII where no terminal is, of the width and height asked for") func pipe() throws
    {
        try makeStore()
        let plot = try program.run(
            "plot", "ahu/temp", "ahu/fan", "--width", "60", "--height", "16", "--tz",
            "Europe/Zurich")
        #expect(plot.status == 0 && plot.errors.isEmpty)
        #expect(plot.output.utf8.allSatisfy { $0 < 0x80 && $0 != 0x1B })
        #expect(plot.lines[0] == "2025-01-01 01:00 to 2025-01-03 00:46, Europe/Zurich")
        #expect(plot.lines[1] == "ahu/temp  20 .. 90 degC, last 21; 172 samples, 1 gap of 5.3 h")
        #expect(plot.output.contains("ahu/fan  last 1; 172 samples, 1 gap of 5.3 h"))
        #expect(plot.lines.count <= 16)
    }

    @Test(
        "draws braille in colour on a terminal that shows them, and ASCII on others",
        .enabled(if: Program.hasTerminal))
    func terminal() throws {
        try makeStore()
        func hasBraille(_ text: String) -> Bool {
            text.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) }
        }
        let screen = ["TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"]
        let whole = try program.onTerminal("plot ahu/temp", screen)
        #expect(hasBraille(whole) && whole.contains("\u{1B}[36m"))
        for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb"), ("LC_ALL", "C")] {
            let plain = try program.onTerminal(
                "plot ahu/temp", screen.merging([name: value]) { $1 })
            #expect(!hasBraille(plain) && !plain.contains("\u{1B}["), "\(name)")
            #expect(plain.contains("ahu/temp"))
        }
        #expect(!hasBraille(try program.onTerminal("plot ahu/temp --ascii", screen)))
    }

    @Test("writes an SVG file, or gives it to a pipe") func svg() throws {
        try makeStore()
        let path = program.folder.path + "/a.svg"
        let written = try program.run("plot", "ahu/*", "--svg", path)
        #expect(written.status == 0 && written.output.isEmpty)
        #expect(written.errors == "\(path) was written\n")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
        #expect(try program.run("plot", "ahu/*", "--svg", "-").output == text)
        #expect(try program.run("plot", "ahu/temp", "--svg", "/nowhere/a.svg").status == 66)
    }

    @Test("refuses what cannot be drawn, and says why") func refusals() throws {
        try makeStore()
        #expect(try program.run("plot").status == 64)
        #expect(try program.run("plot", "ahu/nothing").status == 66)
        let past = try program.run("plot", "ahu/temp", "--to", "2020")
        #expect(past.status == 66 && past.errors.contains("no samples of ahu/temp in that time"))
        #expect(try program.run("plot", "ahu/temp", "--from", "2026", "--to", "2027").status == 66)
        let json = try program.run("plot", "ahu/temp", "--output", "json")
        #expect(json.status == 64 && json.errors.contains("`almanac read` gives the numbers"))
        #expect(try program.run("plot", "ahu/temp", "--width", "5").status == 64)
        #expect(try program.run("plot", "ahu/temp", "--limit", "5").status == 64)
        #expect(try program.run("plot", "ahu/temp", "--from", "2025", "--to", "2025").status == 66)
    }

    @Test("draws a single sample") func single() throws {
        let file = try program.folder.file("one.csv", "unix_ms,a\n1735689600000,5\n")
        #expect(try program.run("import", "csv", file).status == 0)
        let plot = try program.run("plot", "one/a")
        #expect(plot.status == 0)
        #expect(plot.lines[1] == "one/a  5 .. 5, last 5; 1 sample")
    }

    @Test("of a damaged point draws the rest, and ends with 1") func damage() throws {
        let rows = (0..<20_000).map { "\(1_735_689_600_000 + $0 * 60_000),\($0 * 7919 % 1000)" }
        let file = try program.folder.file(
            "a.csv", "unix_ms,x\n" + rows.joined(separator: "\n") + "\n")
        #expect(try program.run("import", "csv", file).status == 0)
        let folder = program.store + "/seg"
        let segment =
            folder + "/" + (try FileManager.default.contentsOfDirectory(atPath: folder))[0]
        var bytes = try Data(contentsOf: URL(fileURLWithPath: segment))
        bytes[110] ^= 1
        try bytes.write(to: URL(fileURLWithPath: segment))
        let plot = try program.run("plot", "a/x", "--from", "2025", "--to", "2025-01-20")
        #expect(plot.status == 1)
        #expect(plot.output.contains("11,808 samples"))
        #expect(plot.errors.contains("damaged samples of a/x were left out"))
    }
}
