import ArgumentParser
import SegmentStore
import TimeSeriesModel

/// Gives a store's samples to other programs.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes samples for other programs; csv can be imported again.",
        discussion: "Example: almanac export csv 'ahu-1/*' --store ./s > ahu-1.csv",
        subcommands: [ExportCSVCommand.self, ExportNDJSONCommand.self])
}

/// CSV, a column a point or a line a sample.
struct ExportCSVCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv",
        abstract: "Writes samples as CSV to standard output.",
        discussion: """
            A column a point, as `almanac import csv` reads it: unix_ms and the points, named \
            without their device where all are of one. Bad samples are left out and counted on \
            standard error; --long writes point,unix_ms,value,quality and keeps them. With --every \
            a row a bucket: the mean of analog points, the last value of others.

            Example:
              almanac export csv 'ahu-1/*' --from 2025-10 --gzip > ahu-1.csv.gz
            """)

    @Argument(help: "Only points whose name fits, as 'ahu*/*temp*'.")
    var glob: String?

    @Flag(help: "A line a sample: point,unix_ms,value,quality.")
    var long = false

    @Flag(help: "For spreadsheets: a byte-order mark, semicolons, names that are no formulas.")
    var excel = false

    @OptionGroup var buckets: ExportBucketOptions
    @OptionGroup var store: StoreOption
    @OptionGroup var span: SpanOptions
    @OptionGroup var limit: LimitOption
    @OptionGroup var zone: ZoneOption
    @OptionGroup var options: FormOptions

    func validate() throws {
        if let form = options.givenForm, form != .csv {
            throw ValidationError("--output \(form.rawValue): this command writes csv.")
        }
        guard long, buckets.fill != .none else { return }
        throw ValidationError("--fill is of rows, and --long writes none without a sample.")
    }

    func run() throws {
        let export = try Export(
            glob, store, ExportScope(span: span, limit: limit, zone: zone), buckets, options.notes)
        let form = ExportText(isExcel: excel)
        let output = try buckets.openOutput(options)
        if let grid = export.calendar, !long {
            var rows = BucketExport(export, grid, buckets.fill, form)
            try rows.run(to: output)
        } else if long {
            try LongExport(export: export, form: .csv(form)).run(to: output)
        } else {
            var rows = WideExport(export, form)
            try rows.run(to: output)
        }
        try output.finish()
        try export.finish()
    }
}

/// A JSON object a line.
struct ExportNDJSONCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ndjson",
        abstract: "Writes samples as JSON objects, one a line, to standard output.",
        discussion: """
            {"point","unix_ms","value","quality"}, by point and time. For other programs: what is \
            to be imported again is exported as csv. With --describe also "unit", "data_type" and \
            "state" (the text of a state, or null), as they were at the sample's time.

            Example:
              almanac export ndjson '*/*temp*' --from -7d > week.ndjson
            """)

    @Argument(help: "Only points whose name fits, as 'ahu*/*temp*'.")
    var glob: String?

    @Flag(help: "Each sample with the unit, kind and state text of its time.")
    var describe = false

    @OptionGroup var buckets: ExportBucketOptions
    @OptionGroup var store: StoreOption
    @OptionGroup var span: SpanOptions
    @OptionGroup var limit: LimitOption
    @OptionGroup var zone: ZoneOption
    @OptionGroup var options: FormOptions

    func validate() throws {
        if let form = options.givenForm, form != .ndjson {
            throw ValidationError("--output \(form.rawValue): this command writes ndjson.")
        }
        guard buckets.fill != .none else { return }
        throw ValidationError("--fill is of rows with a column a point: `export csv` has them.")
    }

    func run() throws {
        let export = try Export(
            glob, store, ExportScope(span: span, limit: limit, zone: zone), buckets, options.notes)
        let output = try buckets.openOutput(options)
        try LongExport(export: export, form: .ndjson(isDescribed: describe)).run(to: output)
        try output.finish()
        try export.finish()
    }
}
