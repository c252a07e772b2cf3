import ArgumentParser
import SegmentStore

/// Points as a picture.
struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draws points over time, in the terminal or as an SVG file.",
        discussion: """
            Points of one unit share a panel. Points of states are drawn as steps, two states on a \
            lane. Where no sample came for two and a half intervals the line is broken; bad samples \
            break it too, and are marked, as uncertain ones are. Each column of the picture shows \
            all samples of its time, so that no spike is lost. Colour and braille are for terminals \
            that show them; else ASCII is drawn.

            Example:
              almanac plot 'ahu-1/*temp*' ahu-1/fan --from -7d --tz Europe/Zurich
            """)

    @Argument(help: "Points: <device>/<point>, addresses, or patterns like 'ahu-1/*temp*'.")
    var points: [String]

    @Option(help: ArgumentHelp("Characters of a line; with --svg pixels.", valueName: "n"))
    var width: Int?

    @Option(help: ArgumentHelp("Lines in all; with --svg pixels.", valueName: "n"))
    var height: Int?

    @Flag(help: "Draw with ASCII only.")
    var ascii = false

    @Option(
        help: ArgumentHelp("Write an SVG file instead; - is standard output.", valueName: "file"))
    var svg: String?

    @OptionGroup var store: StoreOption
    @OptionGroup var span: SpanOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var options: FormOptions
    @OptionGroup(visibility: .hidden) var limit: LimitOption

    func validate() throws {
        if let form = options.givenForm, form != .table {
            throw ValidationError(
                "--output \(form.rawValue): this command draws; `almanac read` gives the numbers.")
        }
        guard limit.count == nil else {
            throw ValidationError("--limit is of rows; --from and --to say what is drawn.")
        }
        let widths = svg == nil ? 30...1000 : 200...10_000
        let heights = svg == nil ? 8...1000 : 100...10_000
        guard width.map(widths.contains) ?? true else {
            throw ValidationError("--width: from \(widths.lowerBound) to \(widths.upperBound).")
        }
        guard height.map(heights.contains) ?? true else {
            throw ValidationError("--height: from \(heights.lowerBound) to \(heights.upperBound).")
        }
    }

    func run() throws {
        let zone = try zone.zone()
        let now = SystemClock.now
        let range = try span.range(in: zone, now: now)
        let snapshot = try store.openSnapshot()
        let log = DamageLog()
        let reading = PlotReading(
            snapshot: snapshot, store: store.path, log: log, zone: zone, now: now)
        let found = try reading.points(named: points)
        let width = width ?? (svg == nil ? Terminal.size?.columns ?? 80 : SVGChart.widthDefault)
        // A character has two columns of dots.
        let columnCount = min(SVGChart.columnCountMax, svg == nil ? width * 2 : width)
        let chart = try reading.chart(of: found, in: range, columnCount: columnCount)
        if let svg {
            try write(SVGChart(chart, width: width, height: height).text, to: svg)
        } else {
            try show(chart, width)
        }
        try log.report(of: store.path, snapshot.catalog)
    }

    private func show(_ chart: Chart, _ width: Int) throws(ToolFailure) {
        let terminal = options.terminal
        let style = TextChartStyle(
            width: width, height: height ?? min(30, (Terminal.size?.rows ?? 25) - 1),
            showsBraille: terminal.showsBraille && !ascii, showsColor: terminal.showsColor)
        let output = OutputBuffer.standard()
        for line in TextChart(chart, style).lines { try output.append(line + "\n") }
        try output.finish()
    }

    private func write(_ text: String, to path: String) throws(ToolFailure) {
        let output = path == "-" ? OutputBuffer.standard() : OutputBuffer(try FileSink(path))
        try output.append(text)
        try output.finish()
        if path != "-" { options.notes.say("\(path) was written") }
    }
}
