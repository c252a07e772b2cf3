import TimeSeriesModel

/// How a picture is shown on a screen or in a text.
struct TextChartStyle: Sendable {
    /// Characters of a line.
    let width: Int
    /// Lines, as far as the panels can be made to fit.
    let height: Int
    let showsBraille: Bool
    let showsColor: Bool

    var characters: ChartCharacters { showsBraille ? .braille : .ascii }
}

/// Draws a chart with characters.
struct TextChart {
    private let chart: Chart
    private let style: TextChartStyle
    private let gutter: Int
    private let heights: [Int]

    /// Beside a panel's values: the axis.
    private static let axisWidth = 2
    private static let heightMin = 4
    private static let laneHeight = 2
    private static let plotWidthMin = 10

    init(_ chart: Chart, _ style: TextChartStyle) {
        self.chart = chart
        self.style = style
        heights = TextChart.heights(chart, style)
        var widest = 3
        for (panel, height) in zip(chart.panels, heights) {
            let ticks = panel.scale(tickCount: TextChart.tickCount(height)).ticks
            widest = max(widest, ticks.map(\.label.count).max() ?? 0)
        }
        gutter = widest
    }

    /// The lines, without ends.
    var lines: [String] {
        var lines = [painted(chart.time.title, .bold)]
        for (panel, height) in zip(chart.panels, heights) {
            lines += legend(panel) + plot(panel, height)
            if let rail = rail(panel) { lines.append(rail) }
        }
        lines += timeAxis
        if let key { lines.append(key) }
        return lines
    }

    private var plotWidth: Int {
        max(TextChart.plotWidthMin, style.width - gutter - TextChart.axisWidth)
    }

    private var characters: ChartCharacters { style.characters }

    private static func tickCount(_ height: Int) -> Int { max(2, min(8, height / 2)) }

    /// Lanes have the height that they need, and the other panels share the rest.
    private static func heights(_ chart: Chart, _ style: TextChartStyle) -> [Int] {
        let used = chart.panels.reduce(4) { sum, panel in
            sum + panel.traces.count + (panel.hasMarks ? 1 : 0) + (panel.isLane ? laneHeight : 0)
        }
        let sharing = chart.panels.count { !$0.isLane }
        let share = sharing > 0 ? (style.height - used) / sharing : 0
        return chart.panels.map { $0.isLane ? laneHeight : max(heightMin, share) }
    }

    // MARK: - Parts

    private func legend(_ panel: Chart.Panel) -> [String] {
        panel.traces.enumerated().map { place, trace in
            let sign = usesLetters(panel) ? "\(ChartCharacters.letter(of: place)) " : ""
            let facts = [trace.extremes(characters.dots), trace.note].compactMap { $0 }
            let name = painted(
                sign + Cell.printable(trace.name), ScreenColor.trace(panel.firstTrace + place))
            return name + "  " + Cell.printable(facts.joined(separator: "; "))
        }
    }

    /// Dots of several traces cannot be told apart without colour.
    private func usesLetters(_ panel: Chart.Panel) -> Bool {
        panel.traces.count > 1 && !style.showsColor
    }

    private func plot(_ panel: Chart.Panel, _ height: Int) -> [String] {
        let scale = panel.scale(tickCount: TextChart.tickCount(height))
        var canvas = DotCanvas(
            columnCount: plotWidth, rowCount: height, isBraille: characters.isBraille)
        for (place, trace) in panel.traces.enumerated() {
            canvas.draw(trace, number: place, time: chart.time, values: scale)
        }
        var labels = [String?](repeating: nil, count: height)
        for tick in scale.ticks {
            let row = Int(((1 - scale.position(of: tick.value)) * Double(height - 1)).rounded())
            labels[row] = labels[row] ?? tick.label
        }
        return (0..<height).map { row in
            let label = labels[row]
            let axis = label == nil ? characters.vertical : characters.valueTick
            return padded(label ?? "", gutter) + " \(axis)" + content(of: row, canvas, panel)
        }
    }

    private func content(of row: Int, _ canvas: DotCanvas, _ panel: Chart.Panel) -> String {
        var parts = PaintedText(style.showsColor)
        for column in 0..<plotWidth {
            let cell = canvas.cell(column, row)
            parts.append(
                characters.character(cell, usesLetters: usesLetters(panel)),
                cell.trace.map { ScreenColor.trace(panel.firstTrace + $0) })
        }
        return parts.finish()
    }

    /// Where samples are bad, uncertain, or not there; nil where all is well.
    private func rail(_ panel: Chart.Panel) -> String? {
        guard panel.hasMarks else { return nil }
        var signs = [Character](repeating: " ", count: plotWidth)
        for trace in panel.traces {
            for gap in trace.gaps {
                for place in column(gap.from)...column(gap.to - 1) { signs[place] = characters.gap }
            }
        }
        for isBad in [false, true] {
            for mark in panel.traces.flatMap(\.marks) where mark.isBad == isBad {
                signs[column(mark.time)] = isBad ? characters.bad : characters.uncertain
            }
        }
        var parts = PaintedText(style.showsColor)
        for sign in signs {
            parts.append(sign, sign == characters.bad ? .red : sign == " " ? nil : .yellow)
        }
        return String(repeating: " ", count: gutter) + " \(characters.vertical)" + parts.finish()
    }

    private func column(_ time: Int64) -> Int {
        min(plotWidth - 1, Int(chart.time.position(of: time) * Double(plotWidth)))
    }

    private var timeAxis: [String] {
        var axis = [Character](repeating: characters.horizontal, count: plotWidth)
        var labels = ""
        for tick in chart.time.ticks(countMax: plotWidth / 9) {
            let place = column(tick.time.milliseconds)
            axis[place] = characters.timeTick
            let start = max(0, min(place - tick.label.count / 2, plotWidth - tick.label.count))
            guard labels.isEmpty || start > labels.count else { continue }
            labels += String(repeating: " ", count: start - labels.count) + tick.label
        }
        let indent = String(repeating: " ", count: gutter + 1)
        return ["\(indent)\(characters.corner)" + String(axis), "\(indent) " + labels]
    }

    /// What the signs below the panels mean.
    private var key: String? {
        let traces = chart.traces
        var parts: [String] = []
        if traces.contains(where: { $0.summary.badCount > 0 }) {
            parts.append("\(characters.bad) bad")
        }
        if traces.contains(where: { $0.summary.uncertainCount > 0 }) {
            parts.append("\(characters.uncertain) uncertain")
        }
        if traces.contains(where: { $0.summary.gapCount > 0 }) {
            parts.append("\(characters.gap) gap")
        }
        guard !parts.isEmpty else { return nil }
        return String(repeating: " ", count: gutter + 2) + parts.joined(separator: "   ")
    }

    private func painted(_ text: String, _ color: ScreenColor) -> String {
        var parts = PaintedText(style.showsColor)
        for character in text { parts.append(character, color) }
        return parts.finish()
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

extension Chart.Panel {
    fileprivate var hasMarks: Bool { traces.contains { !$0.marks.isEmpty || !$0.gaps.isEmpty } }
}

extension ScreenColor {
    private static let traces: [ScreenColor] = [.cyan, .yellow, .magenta, .green, .blue]

    static func trace(_ number: Int) -> ScreenColor { traces[number % traces.count] }
}
