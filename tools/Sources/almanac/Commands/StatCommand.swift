import Almanac
import ArgumentParser
import SegmentStore

extension UsageGrouping: ExpressibleByArgument {}

/// Where the bytes go.
struct StatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stat",
        abstract: "Tells where the bytes of a store go, and how much it grows.",
        discussion: """
            --by point     bytes of each point's chunks, with their entries in the index
            --by year      of each UTC year's files
            --by encoding  of chunks by what their values are written as; log: not in chunks yet
            --by kind      of files: segment, catalog, log, manifest, lock
            The total is every live file, as in `almanac info`; what no row has, headers, pages, \
            catalog and log, is in its overhead. time, value and quality are bytes of columns; in \
            JSON, encodings says how many bytes each encoding has. The forecast is what the last \
            365 days of samples brought; samples in the future take no part. Reads every chunk and names damaged ones (exit 1).

            Example:
              almanac stat --by year --store ./demo
            """)

    @Option(help: "What the rows are about.")
    var by = UsageGrouping.point

    @OptionGroup var store: StoreOption
    @OptionGroup var limit: LimitOption
    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup(visibility: .hidden) var span: SpanOptions

    func validate() throws {
        guard span.isGiven else { return }
        throw ValidationError("--from and --to: this command is about everything.")
    }

    func run() throws {
        let zone = try zone.zone()
        let path = store.path
        let snapshot = try store.openSnapshot()
        let log = DamageLog()
        let clock = try withHistoryErrors(of: path) { () throws(HistoryError) in
            try HistorySnapshot(of: snapshot, skipping: DamageLog()).clockReview(
                at: SystemClock.now)
        }
        let usage = try withStoreErrors(of: path) { () throws(StoreError) in
            try StoreUsage(snapshot, by: by, until: clock.newestTime, skipping: log)
        }
        let output = OutputBuffer.standard()
        let report = UsageReport(
            usage: usage, grouping: by, freeByteCount: FreeSpace.byteCount(at: path), zone: zone,
            options: options)
        let shownCount =
            limit.count
            ?? (options.form == .table && options.terminal.isOutput
                ? RowWriter.rowCountOnTerminalMax : .max)
        try report.write(to: output, rowCountMax: shownCount)
        try output.finish()
        if limit.count == nil, usage.rows.count > shownCount {
            RowWriter.sayCut(of: usage.rows.count, to: options.notes)
        }
        if let text = clock.futureText(in: zone, snapshot.catalog) {
            Notes.error("warning: \(text)")
        }
        try log.report(of: path, snapshot.catalog)
    }
}
