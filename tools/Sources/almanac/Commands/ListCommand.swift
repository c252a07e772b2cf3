import ArgumentParser
import SegmentStore

/// What there is.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists devices, points, trend logs, segments or chunks.",
        discussion: """
            Rows of JSON ({"schema":"almanac.ls/1","rows":[…]}) and columns of csv:
              devices   device_id name points samples bytes first_time last_time
              points    address name unit data_type samples bytes first_time last_time decimals
                        states ({"0":"off","1":"on"} in JSON, 0=off;1=on in csv)
              logs      device_id name interval_seconds points
              segments  file year role samples bytes first_time last_time
              chunks    file offset name samples bytes first_time last_time
            bytes are those of chunks, and of whole files for segments; samples of devices and \
            points are all that can be read, those in the log too; last_time is that of the last \
            sample. With --from and --to, what has samples in that time. A glob fits whole names (file names for segments, names of logs): * is any run of \
            characters, ? any one.

            Example:
              almanac ls points 'ahu-1/*temp*' --sort bytes --store ./s
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case devices, points, logs, segments, chunks
    }

    @Argument(help: "What to list.")
    var kind: Kind

    @Argument(help: "Only those whose name fits, as 'ahu*/*temp*'.")
    var glob: String?

    @Option(help: "Order: most bytes, name, or longest without a sample.")
    var sort: ListOrder?

    @OptionGroup var store: StoreOption
    @OptionGroup var options: FormOptions
    @OptionGroup var span: SpanOptions
    @OptionGroup var limit: LimitOption
    @OptionGroup var zone: ZoneOption

    func run() throws {
        let zone = try self.zone.zone()
        let snapshot = try store.openSnapshot()
        let listing = StoreListing(
            snapshot: snapshot, store: store.path, glob: glob, isForPeople: options.form == .table)
        let range = try span.isGiven ? span.range(in: zone, now: SystemClock.now) : nil
        let list =
            switch kind {
            case .devices: try listing.devices()
            case .points: try listing.points()
            case .logs: try listing.logs()
            case .segments: listing.segments()
            case .chunks: try listing.chunks()
            }
        let output = OutputBuffer.standard()
        let rows = try RowWriter(
            list.columns, schema: "almanac.ls/1", in: options.form, to: output, options: options,
            zone: zone, limit: limit.count)
        for row in list.sorted(by: sort) where range.map(row.overlaps) ?? true {
            guard try rows.append(row.cells) else { break }
        }
        try rows.finish()
        try output.finish()
        if rows.isCut, limit.count == nil {
            RowWriter.sayCut(of: list.rows.count, to: options.notes)
        }
        if kind == .logs, list.rows.isEmpty {
            options.notes.say("\(store.path) holds no trend logs that fit")
        }
        try listing.log.report(of: store.path, snapshot.catalog)
    }
}
