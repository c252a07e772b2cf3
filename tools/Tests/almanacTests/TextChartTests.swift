import Testing
import TimeSeriesModel

@testable import almanac

@Suite("TextChart") struct TextChartTests {
    @Test("draws a line with a spike, a break, a lone sample and a bad one, in ASCII")
    func ascii() {
        #expect(
            SmallChart.lines(SmallChart.chart(SmallChart.temperature)) == """
                1970-01-01 00:00 to 1970-01-01 00:01:30, UTC
                ahu/temp  0 .. 40 degC, last 10; 7 samples, 1 bad, 1 gap of 30 s
                 40 +         :.
                    |        : '.
                    |       :   '.
                 20 +    ..'     '
                    |  .'                  '
                  0 +.'
                    |            -----------  x
                    ++--------+---------+---------
                     Jan 1          00:01:00
                     x bad   - gap
                """)
    }

    @Test("draws the same in braille") func braille() {
        #expect(
            SmallChart.lines(SmallChart.chart(SmallChart.temperature), braille: true) == """
                1970-01-01 00:00 to 1970-01-01 00:01:30, UTC
                ahu/temp  0 … 40 degC, last 10; 7 samples, 1 bad, 1 gap of 30 s
                 40 ┤        ⢀⠎⢆
                    │       ⢀⠎ ⠈⢆
                    │      ⢠⠃   ⠈⢆
                 20 ┤    ⡠⠔⠁     ⠈
                    │  ⡠⠊                  ⠐
                  0 ┤⡠⠊
                    │            ╌╌╌╌╌╌╌╌╌╌╌  ×
                    └┬────────┬─────────┬─────────
                     Jan 1          00:01:00
                     × bad   ╌ gap
                """)
    }

    @Test("draws states as steps on a lane") func lane() {
        #expect(
            SmallChart.lines(SmallChart.chart(SmallChart.fan), height: 8) == """
                1970-01-01 00:00 to 1970-01-01 00:01:30, UTC
                ahu/fan  last 1; 9 samples
                  1 +      :''''':   :'':     :'''
                  0 +......:     :...:  :.....:
                    ++--------+---------+---------
                     Jan 1          00:01:00
                """)
        #expect(
            SmallChart.lines(SmallChart.chart(SmallChart.fan), height: 8, braille: true)
                .contains("  0 ┤⠤⠤⠤⠤⠤⠤⠇     ⠸⠤⠤⠤⠇  ⠧⠤⠤⠤⠤⠤⠼\n"))
    }

    @Test("tells lines of one panel apart by letters where there is no colour")
    func letters() {
        let chart = SmallChart.chart(SmallChart.temperature, SmallChart.fan, SmallChart.other)
        #expect(
            SmallChart.lines(chart, height: 16) == """
                1970-01-01 00:00 to 1970-01-01 00:01:30, UTC
                * ahu/temp  0 .. 40 degC, last 10; 7 samples, 1 bad, 1 gap of 30 s
                o ahu/other  0 .. 40 degC, last 0; 9 samples
                 40 +ooooo    **
                    |     ooooo**
                    |       *  oo*
                 20 +    ***     ooooooo
                    |  **               ooooo
                  0 +**                      ooooo
                    |            -----------  x
                ahu/fan  last 1; 9 samples
                  1 +      :''''':   :'':     :'''
                  0 +......:     :...:  :.....:
                    ++--------+---------+---------
                     Jan 1          00:01:00
                     x bad   - gap
                """)
    }

    @Test("gives each line its colour, and bad samples red") func colors() {
        let chart = SmallChart.chart(SmallChart.temperature, SmallChart.other)
        let lines = SmallChart.lines(chart, braille: true, color: true)
        #expect(lines.contains("\u{1B}[36mahu/temp\u{1B}[0m  0 … 40"))
        #expect(lines.contains("\u{1B}[33mahu/other\u{1B}[0m  0 … 40"))
        #expect(lines.contains("\u{1B}[31m×\u{1B}[0m"))
        #expect(!SmallChart.lines(chart, braille: true).contains("\u{1B}"))
    }

    @Test("gives points of other units panels of their own, above the lanes") func panels() {
        let pressure = SmallChart.trace("ahu/pressure", [1, 2, 3], unit: "Pa")
        let mode = SmallChart.trace("ahu/mode", [1, 4, 2], .step, unit: "")
        let chart = SmallChart.chart(
            SmallChart.fan, SmallChart.temperature, pressure, mode, SmallChart.other)
        #expect(
            chart.panels.map { $0.traces.map(\.name) } == [
                ["ahu/temp", "ahu/other"], ["ahu/pressure"], ["ahu/mode"], ["ahu/fan"],
            ])
        #expect(chart.panels.map(\.firstTrace) == [0, 2, 3, 4])
    }

    @Test("lets points without a unit share a panel only where none would lie flat")
    func unitless() {
        func trace(_ name: String, _ values: [Double?]) -> Trace {
            SmallChart.trace(name, values, unit: "")
        }
        let chart = SmallChart.chart(
            trace("temp", [20, 21, 23]), trace("co2", [400, 900]), trace("other", [19, 22]),
            trace("none", []))
        #expect(
            chart.panels.map { $0.traces.map(\.name) } == [["temp", "other", "none"], ["co2"]])
    }

    @Test("keeps its lines within the width, at any size", arguments: [30, 33, 80, 200])
    func sizes(width: Int) {
        let chart = SmallChart.chart(SmallChart.temperature, SmallChart.fan)
        for height in [8, 20, 60] {
            let lines = SmallChart.lines(chart, width: width, height: height).split(separator: "\n")
            // What is said of a trace may be longer than its picture.
            for line in lines where line.contains("|") || line.contains("+") {
                #expect(line.count <= width)
            }
            if height >= 20 { #expect(lines.count <= height) }
        }
    }

    @Test("lets no name move the cursor") func names() {
        let trace = SmallChart.trace("a/\u{1B}[2J", [1, 2])
        #expect(SmallChart.lines(SmallChart.chart(trace)).contains("a/\u{FFFD}[2J"))
    }
}
