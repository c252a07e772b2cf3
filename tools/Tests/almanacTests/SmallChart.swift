import Almanac
import TimeSeriesModel

@testable import almanac

/// Small pictures over a minute and a half, drawn to be looked at.
enum SmallChart {
    /// A sample every ten seconds, where there is a value.
    static func trace(
        _ name: String, _ values: [Double?], _ form: TraceForm = .line, unit: String = "degC",
        qualities: [Int: Quality] = [:]
    ) -> Trace {
        var builder = TraceBuilder(
            Trace(name: name, unit: unit, form: form), range: range,
            now: Timestamp(milliseconds: 0), columnCount: 1000)
        for case (let place, let value?) in values.enumerated() {
            builder.add(
                Sample(
                    time: Timestamp(milliseconds: Int64(place) * 10_000), value: value,
                    quality: qualities[place] ?? .good))
        }
        return builder.finish()
    }

    static let range = TimeRange(
        from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: 90_000))!

    static func chart(_ traces: Trace...) -> Chart {
        Chart(time: TimeScale(range: range, zone: .utc), traces: traces)
    }

    static func lines(
        _ chart: Chart, width: Int = 34, height: Int = 12, braille: Bool = false,
        color: Bool = false
    ) -> String {
        let style = TextChartStyle(
            width: width, height: height, showsBraille: braille, showsColor: color)
        return TextChart(chart, style).lines.joined(separator: "\n")
    }

    /// Up, a spike, a gap of two samples, and a bad one.
    static let temperature = trace(
        "ahu/temp", [0, 10, 20, 40, 20, nil, nil, 10, 5, 20], qualities: [8: .bad])
    static let other = trace("ahu/other", [40, 40, 30, 30, 20, 20, 10, 10, 0, 0])
    static let fan = trace("ahu/fan", [0, 0, 1, 1, 0, 1, 0, 0, 1, 1], .lane, unit: "")
}
