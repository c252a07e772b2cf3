import TimeSeriesModel

/// Draws a chart as an SVG file that needs no other.
struct SVGChart {
    static let widthDefault = 960
    static let columnCountMax = 4000

    private let chart: Chart
    private let layout: SVGLayout

    /// - Parameters:
    ///   - width: in pixels.
    ///   - height: nil: what the panels need.
    init(_ chart: Chart, width: Int, height: Int?) {
        self.chart = chart
        layout = SVGLayout(chart, width: Double(width), height: height.map(Double.init))
    }

    var text: String {
        var svg = SVGText()
        let width = SVGText.number(layout.width)
        let height = SVGText.number(layout.height)
        svg.begin(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": width, "height": height,
                "viewBox": "0 0 \(width) \(height)", "role": "img",
                "font-family": "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
                "font-size": "12", "fill": "#333333",
            ])
        svg.element("title", [:], title)
        svg.element("rect", ["width": width, "height": height, "fill": "#ffffff"])
        svg.element(
            "text",
            ["x": "16", "y": "26", "font-size": "16", "font-weight": "600", "fill": "#111111"],
            title)
        svg.element("text", ["x": "16", "y": "45", "fill": "#666666"], chart.time.title)
        appendKey(to: &svg)
        let ticks = chart.time.ticks(countMax: Int(layout.plotWidth / 80))
        for (panel, place) in zip(chart.panels, layout.places) {
            SVGPanel(panel: panel, place: place, layout: layout, time: chart.time)
                .append(ticks, to: &svg)
        }
        append(ticks, to: &svg)
        svg.end("svg")
        return svg.text
    }

    /// The names, as far as there is room for them.
    private var title: String {
        let names = chart.traces.map(\.name)
        let all = names.joined(separator: ", ")
        guard all.count > Int(layout.width / 10) else { return all }
        return "\(names[0]) and \(names.count - 1) more"
    }

    /// What the marks mean, where there are any, on the right above the panels.
    private func appendKey(to svg: inout SVGText) {
        var x = layout.right
        func label(_ text: String) {
            svg.element(
                "text",
                ["x": SVGText.number(x), "y": "45", "text-anchor": "end", "fill": "#666666"], text)
            x -= Double(text.count) * 6.5 + 8
        }
        if chart.traces.contains(where: { $0.summary.gapCount > 0 }) {
            label("no samples")
            svg.element(
                "rect",
                [
                    "x": SVGText.number(x - 14), "y": "35", "width": "14", "height": "12",
                    "fill": SVGPanel.gapColor,
                ])
            x -= 28
        }
        if chart.traces.contains(where: { $0.summary.uncertainCount > 0 }) {
            label("uncertain")
            SVGPanel.appendUncertain(x - 4, 41, to: &svg)
            x -= 22
        }
        if chart.traces.contains(where: { $0.summary.badCount > 0 }) {
            label("bad")
            SVGPanel.appendBad(x - 4, 41, to: &svg)
        }
    }

    private func append(_ ticks: [TimeScale.Tick], to svg: inout SVGText) {
        svg.begin("g", ["text-anchor": "middle", "fill": "#555555"])
        for tick in ticks {
            let x = layout.x(of: tick.time.milliseconds, chart.time)
            // One at the very edge would be cut off.
            guard x < layout.width - 16 else { continue }
            svg.element(
                "text",
                ["x": SVGText.number(x), "y": SVGText.number(layout.axisBottom + 18)], tick.label)
        }
        svg.end("g")
    }
}

/// Where things stand in the file, in pixels.
struct SVGLayout {
    struct Place {
        /// Of the first line of the legend.
        let legendTop: Double
        let top: Double
        let height: Double
        let scale: ValueScale
    }

    let width: Double
    let height: Double
    let places: [Place]
    let left: Double

    private static let headHeight = 62.0
    private static let footHeight = 34.0
    private static let legendLineHeight = 18.0
    /// Between legend and panel, for the signs of gaps that are too narrow to be seen.
    private static let signHeight = 6.0
    private static let laneHeight = 30.0
    private static let panelHeight = 240.0
    private static let panelHeightMin = 60.0
    private static let distance = 16.0

    init(_ chart: Chart, width: Double, height: Double?) {
        let fixed = chart.panels.reduce(SVGLayout.headHeight + SVGLayout.footHeight) {
            $0 + Double($1.traces.count) * SVGLayout.legendLineHeight + SVGLayout.distance
                + SVGLayout.signHeight + ($1.isLane ? SVGLayout.laneHeight : 0)
        }
        let sharing = Double(chart.panels.count { !$0.isLane })
        let share =
            height.map { sharing > 0 ? ($0 - fixed) / sharing : 0 } ?? SVGLayout.panelHeight
        let panelHeight = max(SVGLayout.panelHeightMin, share)
        var places: [Place] = []
        var top = SVGLayout.headHeight
        for panel in chart.panels {
            let height = panel.isLane ? SVGLayout.laneHeight : panelHeight
            let legendTop = top
            top += Double(panel.traces.count) * SVGLayout.legendLineHeight + SVGLayout.signHeight
            places.append(
                Place(
                    legendTop: legendTop, top: top, height: height,
                    scale: panel.scale(tickCount: max(2, Int(height / 30)))))
            top += height + SVGLayout.distance
        }
        let widest = places.flatMap(\.scale.ticks).map(\.label.count).max() ?? 1
        left = max(40, Double(widest) * 7.5 + 20)
        self.places = places
        self.width = width
        self.height = max(height ?? 0, top - SVGLayout.distance + SVGLayout.footHeight)
    }

    var right: Double { width - 20 }
    var plotWidth: Double { right - left }
    /// Of the lowest panel.
    var axisBottom: Double { places.last.map { $0.top + $0.height } ?? SVGLayout.headHeight }

    func x(of time: Int64, _ scale: TimeScale) -> Double {
        left + scale.position(of: time) * plotWidth
    }

    func y(of value: Double, in place: Place) -> Double {
        place.top + (1 - place.scale.position(of: value)) * place.height
    }
}
