import Almanac
import ArgumentParser
import SegmentStore
import TimeSeriesModel

/// The samples of a point, or what they amount to in buckets of time.
struct ReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Prints the samples of a point, or buckets of them.",
        discussion: """
            A point is named as <device>/<point>, or by its address like 1201:2:5. Buckets without \
            samples are absent; each is stamped with its start. Days and longer are the calendar's \
            in the zone --tz: they have 23 to 25 hours where clocks change. Bad samples are \
            printed, and enter no bucket. A table shows values with the decimals and state texts \
            of the point's profile; csv and JSON have them exactly, and JSON lists in \
            "descriptions" what described the point at the times of its samples.

            Example:
              almanac read ahu-1/supply_air_temp --every 1d --tz Europe/Zurich
            """)

    @Argument(help: "The point: <device>/<point>, or its address.")
    var point: String

    @Option(
        help: ArgumentHelp("Width of buckets: 15m, 1h, 1d, week, month, year.", valueName: "width"))
    var every: String?

    @Option(
        help: ArgumentHelp(
            "What buckets tell: some of min,max,mean,twm,sum,count,first,last,delta (default: mean).",
            valueName: "list"))
    var agg: String?

    @OptionGroup var store: StoreOption
    @OptionGroup var span: SpanOptions
    @OptionGroup var limit: LimitOption
    @OptionGroup var zone: ZoneOption
    @OptionGroup var options: FormOptions

    func validate() throws {
        guard agg != nil, every == nil else { return }
        throw ValidationError("--agg is told of buckets: --every was expected with it.")
    }

    func run() throws {
        let zone = try self.zone.zone()
        let range = try span.range(in: zone, now: SystemClock.now)
        let aggregations = try Aggregation.list(agg ?? "mean")
        let width = try every.map(BucketWidth.every)
        let snapshot = try store.openSnapshot()
        let found = try snapshot.catalog.point(named: point, in: store.path)
        let log = DamageLog()
        let output = OutputBuffer.standard()
        let reading = PointReading(
            point: found, title: snapshot.catalog.title(of: found.address),
            course: try PointCourse(of: found.address, in: range, snapshot, store: store.path),
            reader: found.series.map {
                SeriesReader(snapshot: snapshot, store: store.path, log: log, series: $0)
            }, range: range, zone: zone, limit: limit.count, options: options, output: output)
        if let width {
            try reading.writeBuckets(width, named: every!, aggregations)
        } else {
            try reading.writeSamples()
        }
        try output.finish()
        try log.report(of: store.path, snapshot.catalog)
    }
}
