import Almanac
import ArgumentParser
import SegmentStore
import TimeSeriesModel

/// What is missing, and why.
struct GapsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps",
        abstract: "Tells where samples are missing, and why.",
        discussion: """
            A polled point has a gap where more than two and a half of its intervals lie between two \
            samples; one that is recorded when it changes, where a gap was recorded. Reasons are \
            those that were recorded, damaged where samples cannot be read, else unknown. Looks up \
            to --to; without it up to now where a trend log is active, else up to the store's last \
            sample that is not in the future. If this machine's clock is behind the data, up to \
            their end, and the exit status is 1.

            Rows of JSON ({"schema":"almanac.gaps/1","rows":[…]}) and columns of csv:
              point      <device>/<point>
              address    of the point, as 1201:2:5
              from to    Unix ms, half-open
              length_ms  how long
              reason     device_offline device_error sentinel not_a_number tick_missed \
            collector_stopped log_disabled point_disabled clock_rejected disk_full damaged removed \
            log_lost unknown
              detail     what else is known, or null

            Example:
              almanac gaps 'ahu-1/*' --min 1h --from -30d --store ./s
            """)

    @Argument(help: "Only points whose name fits, as 'ahu*/*temp*'.")
    var glob: String?

    @Option(help: ArgumentHelp("Only gaps of this length or more: 15m, 1h, 2d.", valueName: "1h"))
    var min: String?

    @OptionGroup var store: StoreOption
    @OptionGroup var span: SpanOptions
    @OptionGroup var limit: LimitOption
    @OptionGroup var zone: ZoneOption
    @OptionGroup var options: FormOptions

    private static let columns = [
        Column("point"), Column("address"), Column("from"), Column("to"),
        Column("length_ms", .right, title: "length"), Column("reason"), Column("detail"),
    ]

    func run() throws {
        let zone = try zone.zone()
        let least = try leastLength()
        let snapshot = try store.openSnapshot()
        let points = try snapshot.catalog.points(fitting: glob, in: store.path)
        let review = PointReview(
            snapshot: snapshot, store: store.path, points: points,
            span: try ReviewSpan(span, of: snapshot, in: zone, store: store.path))
        let output = OutputBuffer.standard()
        let rows = try RowWriter(
            GapsCommand.columns, schema: "almanac.gaps/1", in: options.form, to: output,
            options: options, zone: zone, limit: limit.count)
        var gapCount = 0
        var pointCount = 0
        let progress = ProgressLine("reading", on: options.terminal, options.notes)
        try review.forEach(progress) { (point, report) throws(ToolFailure) in
            let gaps = report.gaps.filter { $0.range.milliseconds >= least }
            gapCount += gaps.count
            pointCount += gaps.isEmpty ? 0 : 1
            for gap in gaps {
                guard try rows.append(cells(gap, snapshot.catalog)) else { break }
            }
            // Those behind a limit are not looked for; a screen that is full still has a count.
            return rows.hasRoom || limit.count == nil
        }
        try rows.finish()
        try output.finish()
        if rows.isCut, limit.count == nil {
            RowWriter.sayCut(to: options.notes)
        }
        if options.form == .table, limit.count == nil {
            options.notes.say(
                "\(NumberText.count(gapCount, of: "gap")) of "
                    + "\(NumberText.count(pointCount, of: "point"))")
        }
        review.span.reportEnd(to: options.notes, in: zone, snapshot.catalog)
        try review.reportDamage()
        if review.span.isClockFinding { throw ToolFailure(.findings, nil) }
    }

    private func leastLength() throws(ToolFailure) -> Int64 {
        guard let min else { return 0 }
        guard let length = BucketWidth.milliseconds(min[...]) else {
            throw ToolFailure(
                .usage, "--min: found \(CellProblem.quoted(min)), expected a length like 15m or 1h")
        }
        return length
    }

    private func cells(_ gap: Gap, _ catalog: Catalog) -> [Cell] {
        [
            .text(catalog.title(of: gap.point)), .text(gap.point.description),
            .time(gap.range.from), .time(gap.range.to),
            .length(milliseconds: gap.range.milliseconds), .text(gap.reason.rawValue),
            .text(gap.detail),
        ]
    }
}
