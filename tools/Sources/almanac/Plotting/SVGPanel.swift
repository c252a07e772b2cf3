import TimeSeriesModel

/// One panel of a chart in an SVG file.
struct SVGPanel {
    let panel: Chart.Panel
    let place: SVGLayout.Place
    let layout: SVGLayout
    let time: TimeScale

    static let gapColor = "#ececec"

    /// Told apart by most who do not see all colours (M. Okabe and K. Ito, "Color Universal
    /// Design", 2008).
    private static let colors = [
        "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
    ]

    func append(_ ticks: [TimeScale.Tick], to svg: inout SVGText) {
        appendGaps(to: &svg)
        appendGrid(ticks, to: &svg)
        for (number, trace) in panel.traces.enumerated() {
            let color = SVGPanel.colors[(panel.firstTrace + number) % SVGPanel.colors.count]
            appendLegend(trace, number, color, to: &svg)
            appendLines(of: trace, color, to: &svg)
        }
        for trace in panel.traces { appendMarks(of: trace, to: &svg) }
    }

    // MARK: - Behind the lines

    private func appendGaps(to svg: inout SVGText) {
        for gap in panel.traces.flatMap(\.gaps) {
            let left = layout.x(of: gap.from, time)
            let right = layout.x(of: gap.to, time)
            svg.element(
                "rect",
                [
                    "x": SVGText.number(left), "y": SVGText.number(place.top),
                    "width": SVGText.number(max(1, right - left)),
                    "height": SVGText.number(place.height), "fill": SVGPanel.gapColor,
                ])
            // What is hardly wider than the line needs a sign of its own.
            guard right - left < 4 else { continue }
            svg.element(
                "path",
                [
                    "d":
                        "M\(SVGText.number((left + right) / 2 - 3)) \(SVGText.number(place.top - 6))"
                        + "h6l-3 6z", "fill": "#888888",
                ])
        }
    }

    private func appendGrid(_ ticks: [TimeScale.Tick], to svg: inout SVGText) {
        let bottom = SVGText.number(place.top + place.height)
        var path = ""
        for tick in ticks {
            let x = SVGText.number(layout.x(of: tick.time.milliseconds, time))
            path += "M\(x) \(SVGText.number(place.top))V\(bottom)"
        }
        for tick in place.scale.ticks {
            let y = SVGText.number(layout.y(of: tick.value, in: place))
            path += "M\(SVGText.number(layout.left)) \(y)H\(SVGText.number(layout.right))"
        }
        if !path.isEmpty {
            svg.element("path", ["d": path, "fill": "none", "stroke": "#dddddd"])
        }
        svg.begin("g", ["text-anchor": "end", "fill": "#555555"])
        for tick in place.scale.ticks {
            let y = layout.y(of: tick.value, in: place) + 4
            svg.element(
                "text", ["x": SVGText.number(layout.left - 8), "y": SVGText.number(y)], tick.label)
        }
        svg.end("g")
        svg.element(
            "path",
            [
                "d": "M\(SVGText.number(layout.left)) \(SVGText.number(place.top))V\(bottom)"
                    + "H\(SVGText.number(layout.right))", "fill": "none", "stroke": "#888888",
            ])
    }

    private func appendLegend(
        _ trace: Trace, _ number: Int, _ color: String, to svg: inout SVGText
    ) {
        let y = place.legendTop + Double(number) * 18 + 10
        svg.element(
            "rect",
            [
                "x": SVGText.number(layout.left), "y": SVGText.number(y - 5), "width": "18",
                "height": "4", "fill": color,
            ])
        svg.begin(
            "text", ["x": SVGText.number(layout.left + 26), "y": SVGText.number(y)])
        let unit = trace.unit.isEmpty ? "" : " (\(trace.unit))"
        svg.element("tspan", ["font-weight": "600", "fill": "#111111"], trace.name + unit)
        let facts = [trace.extremes("…"), trace.note].compactMap { $0 }.joined(separator: "; ")
        svg.element("tspan", ["dx": "10", "fill": "#666666"], facts)
        svg.end("text")
    }

    // MARK: - Lines and marks

    private func appendLines(of trace: Trace, _ color: String, to svg: inout SVGText) {
        var path = ""
        for run in trace.runs where run.count > 1 { path += self.path(of: run, trace.form.isStep) }
        if !path.isEmpty {
            svg.element(
                "path",
                [
                    "d": path, "fill": "none", "stroke": color, "stroke-width": "1.4",
                    "stroke-linejoin": "round",
                ])
        }
        // A sample between two gaps has no line.
        for case let point? in trace.runs.map({ $0.count == 1 ? $0[0] : nil }) {
            svg.element(
                "circle",
                [
                    "cx": x(of: point), "cy": y(of: point.value), "r": "1.6", "fill": color,
                ])
        }
    }

    private func path(of run: [Trace.Point], _ isStep: Bool) -> String {
        var path = ""
        for (number, point) in run.enumerated() {
            if number == 0 {
                path += "M\(x(of: point)) \(y(of: point.value))"
            } else if isStep {
                path += "H\(x(of: point))"
                if point.value != run[number - 1].value { path += "V\(y(of: point.value))" }
            } else {
                path += "L\(x(of: point)) \(y(of: point.value))"
            }
        }
        return path
    }

    private func appendMarks(of trace: Trace, to svg: inout SVGText) {
        for mark in trace.marks {
            let x = layout.x(of: mark.time, time)
            // Bad values may be anything: those beyond the scale stand on its edge.
            let y = layout.y(
                of: mark.value.isNaN ? place.scale.low : mark.value, in: place)
            if mark.isBad {
                SVGPanel.appendBad(x, y, to: &svg)
            } else {
                SVGPanel.appendUncertain(x, y, to: &svg)
            }
        }
    }

    static func appendBad(_ x: Double, _ y: Double, to svg: inout SVGText) {
        let left = SVGText.number(x - 3)
        let top = SVGText.number(y - 3)
        svg.element(
            "path",
            [
                "d": "M\(left) \(top)l6 6m0 -6l-6 6", "fill": "none", "stroke": "#c00000",
                "stroke-width": "1.4",
            ])
    }

    static func appendUncertain(_ x: Double, _ y: Double, to svg: inout SVGText) {
        svg.element(
            "circle",
            [
                "cx": SVGText.number(x), "cy": SVGText.number(y), "r": "2.5", "fill": "#ffffff",
                "stroke": "#b07000",
            ])
    }

    private func x(of point: Trace.Point) -> String {
        SVGText.number(layout.x(of: point.time, time))
    }

    private func y(of value: Double) -> String { SVGText.number(layout.y(of: value, in: place)) }
}
