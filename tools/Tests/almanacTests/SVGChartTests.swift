import Almanac
import Foundation
import Testing
import TimeSeriesModel

@testable import almanac

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("SVGChart") struct SVGChartTests {
    private func svg(_ traces: Trace..., width: Int = 400, height: Int? = nil) -> String {
        let chart = Chart(
            time: TimeScale(range: SmallChart.range, zone: .utc), traces: traces)
        return SVGChart(chart, width: width, height: height).text
    }

    /// The `d` of the thick lines: traces, not axes and grid.
    private func lines(_ svg: String) -> [String] {
        svg.split(separator: "\n").filter { $0.contains("stroke-linejoin") }.map {
            String($0.split(separator: "\"")[1])
        }
    }

    @Test("is well-formed, needs no other file, and is the same each time") func wellFormed() {
        let trace = SmallChart.trace("a/<b> & \"c\"\u{1}", [1, 2, 3], unit: "<°C>")
        let text = svg(trace, SmallChart.fan)
        #expect(text == svg(trace, SmallChart.fan))
        let parser = XMLParser(data: Data(text.utf8))
        #expect(parser.parse(), "\(parser.parserError?.localizedDescription ?? "")")
        #expect(text.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\""))
        #expect(!text.contains("href") && !text.contains("url(") && !text.contains("@import"))
        #expect(text.contains("a/&lt;b&gt; &amp; &quot;c&quot;\u{FFFD} (&lt;°C&gt;)"))
    }

    @Test("has title, zone, legend, and ticks of values and times") func texts() {
        let text = svg(SmallChart.temperature, SmallChart.other)
        for word in [
            "<title>ahu/temp, ahu/other</title>", "1970-01-01 00:00 to 1970-01-01 00:01:30, UTC",
            ">ahu/temp (degC)</tspan>", ">ahu/other (degC)</tspan>", ">40</text>", ">0</text>",
            ">00:01:00</text>", "7 samples, 1 bad, 1 gap of 30 s", ">no samples</text>",
            ">bad</text>",
        ] {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test("breaks a line at a gap, and shows where it is") func gaps() {
        let text = svg(SmallChart.trace("a", [0, 1, 2, 3, nil, nil, nil, 1, 1, 2]), height: 200)
        #expect(lines(text).count == 1 && lines(text)[0].split(separator: "M").count == 2)
        #expect(
            lines(text)[0]
                == "M40 150L77.8 134L115.6 118L153.3 102M304.4 134L342.2 134L380 118")
        #expect(
            text.contains(
                "<rect x=\"153.3\" y=\"86\" width=\"151.1\" height=\"64\" fill=\"#ececec\"/>"))
    }

    @Test("draws states as steps") func steps() {
        let path = lines(svg(SmallChart.fan))[0]
        #expect(
            path
                == "M40 111.7H77.8H115.6V90.3H153.3H191.1V111.7H228.9V90.3H266.7V111.7H304.4H342.2V90.3H380"
        )
    }

    @Test("marks bad samples where they are, and at the edge those beyond the scale")
    func bad() {
        let trace = SmallChart.trace("a", [0, 5, 10, 999, 0, .nan], qualities: [3: .bad])
        let text = svg(trace, height: 200)
        #expect(text.components(separatedBy: "l6 6m0 -6l-6 6").count == 4)
        #expect(text.contains("M150.3 83l6 6m0 -6l-6 6"))
    }

    @Test("has the size that was asked for, where its panels fit") func size() {
        #expect(
            svg(SmallChart.temperature, width: 700, height: 500).contains("viewBox=\"0 0 700 500\"")
        )
        #expect(svg(SmallChart.fan).contains("viewBox=\"0 0 400 150\""))
    }
}
