import Almanac
import ArgumentParser
import SegmentStore
import TimeSeriesModel

/// How far each point can be trusted.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Tells of each point how much is there, and what looks wrong.",
        discussion: """
            Looks up to --to; without it up to now where a trend log is active, else up to the \
            store's last sample. On a terminal each point has its course as a line of bars.

            Rows of JSON ({"schema":"almanac.health/1","rows":[…]}) and columns of csv:
              point address   <device>/<point> · its address
              expected        samples that were due, a tick each; 0 where it is recorded on change
              actual          those of them that are there and usable
              coverage        actual of expected in percent; null where nothing was due
              gaps            how many there are; `almanac gaps` lists them
              longest_gap_ms  0 for none
              last_time       of the last sample, Unix ms
              stalled         no sample in the last three intervals
              no_data         no sample at all
              flat flat_ms    how often an analog value stood still for a day or more · how long in all
              out_of_range    usable samples outside the point's low and high
              bad             samples of bad quality
              duplicates      how often a sample came again, as it was
              late            samples that came behind a newer one
              quarantined     samples refused for their time, by when they came
              future          samples more than a day later than the end of what is looked at
              level           good · warning: coverage below 90, or samples in the future · red: a \
            gap of over three intervals

            If this machine's clock is behind the data, which standard error reports, the review \
            reaches up to the data's end, and the exit status is 1.

            --fail-on ends with 1 where a point has what it names: coverage, gaps, longest_gap, \
            stalled, no_data, flat, out_of_range, bad, duplicates, late, quarantined, future or level, with < <= > >= = != and a number \
            (a length for longest_gap, a word for level), or alone for any at all.

            Example:
              almanac health 'ahu-1/*' --from -7d --fail-on 'coverage<90' --fail-on stalled
            """)

    @Argument(help: "Only points whose name fits, as 'ahu*/*temp*'.")
    var glob: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "End with 1 where a point is so; more than once: any.", valueName: "rule"))
    var failOn: [String] = []

    @OptionGroup var store: StoreOption
    @OptionGroup var span: SpanOptions
    @OptionGroup var limit: LimitOption
    @OptionGroup var zone: ZoneOption
    @OptionGroup var options: FormOptions

    func run() throws {
        let zone = try zone.zone()
        let limits = try failOn.map { (text) throws(ToolFailure) in try HealthLimit(text) }
        let snapshot = try store.openSnapshot()
        let review = PointReview(
            snapshot: snapshot, store: store.path,
            points: try snapshot.catalog.points(fitting: glob, in: store.path),
            span: try ReviewSpan(span, of: snapshot, in: zone, store: store.path))
        let trends = options.form == .table && options.terminal.showsBraille
        let output = OutputBuffer.standard()
        let rows = try RowWriter(
            options.form == .table
                ? HealthRow.tableColumns(showsTrend: trends) : HealthRow.columns,
            schema: "almanac.health/1", in: options.form, to: output, options: options, zone: zone,
            limit: limit.count)
        var findings = limits.map { (limit: $0, points: [String]()) }
        let shown = try trends ? trendRange(snapshot, review.span.range) : nil
        let progress = ProgressLine("reading", on: options.terminal, options.notes)
        try review.forEach(progress) { (point, report) throws(ToolFailure) in
            let row = HealthRow(
                point: snapshot.catalog.title(of: point.address), address: point.address,
                report: report)
            for place in findings.indices where findings[place].limit.isMet(by: row) {
                findings[place].points.append(row.point)
            }
            guard rows.hasRoom else { return try rows.append([]) || !limits.isEmpty }
            let trend = try shown.map { (range) throws(ToolFailure) in
                try Sparkline(reader(of: point, snapshot, review.log), in: range).text()
            }
            try rows.append(
                options.form == .table ? row.tableCells(trend: trend) : row.cells,
                lastIn: row.color)
            return true
        }
        try rows.finish()
        try output.finish()
        if rows.isCut, limit.count == nil {
            RowWriter.sayCut(of: review.points.count, to: options.notes)
        }
        review.span.reportEnd(to: options.notes, in: zone, snapshot.catalog)
        for finding in findings { HealthCommand.say(finding.limit, finding.points) }
        try review.reportDamage()
        if review.span.isClockFinding || findings.contains(where: { !$0.points.isEmpty }) {
            throw ToolFailure(.findings, nil)
        }
    }

    /// From the first sample on: what lies before says nothing.
    private func trendRange(
        _ snapshot: Snapshot, _ range: TimeRange
    ) throws(ToolFailure) -> TimeRange? {
        let first = try withStoreErrors(of: store.path) { () throws(StoreError) in
            try snapshot.summary().firstTime
        }
        return first.flatMap { TimeRange(from: max(range.from, $0), to: range.to) }
    }

    private func reader(
        of point: CatalogPoint, _ snapshot: Snapshot, _ log: DamageLog
    ) -> SeriesReader? {
        point.series.map {
            SeriesReader(snapshot: snapshot, store: store.path, log: log, series: $0)
        }
    }

    private static func say(_ limit: HealthLimit, _ points: [String]) {
        guard !points.isEmpty else { return }
        let more = points.count > 5 ? " and \(NumberText.grouped(points.count - 5)) more" : ""
        Notes.error(
            "\(limit.text): \(NumberText.count(points.count, of: "point")): "
                + points.prefix(5).joined(separator: ", ") + more)
    }
}
