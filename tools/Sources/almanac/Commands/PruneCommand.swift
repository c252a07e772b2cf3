import Almanac
import ArgumentParser
import SegmentStore
import TimeSeriesModel

/// Removes samples from a store.
struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Removes samples that are in the future or too old; a dry run without --apply.",
        discussion: "Example: almanac prune future --store ./s",
        subcommands: [PruneFutureCommand.self, PruneOldCommand.self])
}

/// The options that both forms of a removal share.
struct PruneOptions: ParsableArguments {
    @Flag(help: "Remove the samples. Without it they are only counted.")
    var apply = false

    @OptionGroup var store: StoreOption
    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    /// Opens the store for writing if samples are to be removed, else for reading: a dry run works
    /// beside a writer.
    func open() throws(ToolFailure) -> DataManager {
        // A writer would make a store of a folder that holds none.
        _ = try store.openSnapshot()
        return try withHistoryErrors(of: store.path) { () throws(HistoryError) in
            try DataManager.open(at: store.path, mode: apply ? .readWrite : .readOnly)
        }
    }

    func reportDryRun() {
        if !apply { options.notes.say("nothing was changed; --apply does it") }
    }
}

/// Removes samples with times that are still to come.
struct PruneFutureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "future",
        abstract: "Lists samples that are in the future, and with --apply removes them.",
        discussion: """
            A sample is in the future if its time is more than a day later than this machine's clock: \
            a device with a wrong clock sent it. If most points have samples past the clock, it is \
            the clock that is wrong, and the command refuses (exit 1). With --apply each point gets \
            an audit entry. No other process may write the store then.

            Rows of JSON ({"schema":"almanac.prune-future/1","applied","samples","rows":[…]}) and \
            columns of csv:
              point address          <device>/<point> · its address
              samples                how many
              first_time last_time   of them, Unix ms

            Example:
              almanac prune future 'ahu-1/*' --store ./s
              almanac prune future 'ahu-1/*' --apply --store ./s
            """)

    @Argument(help: "Only points whose name fits, as 'ahu*/*temp*'.")
    var glob: String?

    @OptionGroup var common: PruneOptions

    private static let columns = [
        Column("point"), Column("address"), Column("samples", .right), Column("first_time"),
        Column("last_time"),
    ]

    func run() async throws {
        let path = common.store.path
        let zone = try common.zone.zone()
        let catalog = try common.store.openSnapshot().catalog
        let points = try glob.map { (glob) throws(ToolFailure) in
            Set(try catalog.points(fitting: glob, in: path).map(\.address))
        }
        let manager = try common.open()
        let review: ClockReview
        let report: Almanac.RemovalReport
        do throws(HistoryError) {
            review = try manager.clockReview()
            report = try await manager.removeFutureSamples(
                of: points, dryRun: !common.apply, by: .operatingUser)
        } catch { throw ToolFailure(error, store: path) }
        await manager.close()
        let found = review.futureSamples.filter { points?.contains($0.point) ?? true }
        let output = OutputBuffer.standard()
        let rows = try RowWriter(
            PruneFutureCommand.columns, schema: "almanac.prune-future/1",
            fields: [
                .init("applied", .flag(common.apply)), .init("samples", .integer(report.samples)),
            ], in: common.options.form, to: output, options: common.options, zone: zone)
        for item in found {
            try rows.append([
                .text(catalog.title(of: item.point)), .text(item.point.description),
                .integer(item.count), .time(item.firstTime), .time(item.lastTime),
            ])
        }
        try rows.finish()
        try output.finish()
        common.options.notes.say(
            NumberText.count(report.samples, of: "sample") + " in the future"
                + (common.apply ? " removed" : ""))
        common.reportDryRun()
    }
}

/// Removes samples that are older than some days.
struct PruneOldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "old",
        abstract: "Counts samples that are older than some days, and with --apply removes them.",
        discussion: """
            Days count back from this machine's clock or, if it is earlier, from the newest sample \
            that is not in the future: a wrong clock removes no history. After it the store refuses \
            samples older than that; `almanac floor` shows and lowers the bound. With --apply the \
            removal is recorded as a gap of all points and an audit entry. No other process may \
            write the store then.

            JSON: {"schema":"almanac.prune-old/1","applied","before","samples","files","bytes"}: \
            removed, or to be removed, are all samples before that time. The bytes of a dry run are \
            those of whole files.

            Example:
              almanac prune old --days 1095 --store ./s
              almanac prune old --days 1095 --apply --store ./s
            """)

    @Option(help: ArgumentHelp("How many days to keep, of 24 hours each.", valueName: "n"))
    var days: Int

    @OptionGroup var common: PruneOptions

    func validate() throws {
        guard !(1...200_000).contains(days) else { return }
        throw ValidationError("--days \(days): a number from 1 to 200000 was expected.")
    }

    func run() async throws {
        let zone = try common.zone.zone()
        let manager = try common.open()
        let report: Almanac.RemovalReport
        do throws(HistoryError) {
            report = try await manager.removeSamples(
                olderThan: days, dryRun: !common.apply, by: .operatingUser)
        } catch { throw ToolFailure(error, store: common.store.path) }
        await manager.close()
        let output = OutputBuffer.standard()
        try RecordWriter.write(
            [
                .init("applied", .flag(common.apply)), .init("before", .time(report.bound)),
                .init("samples", .integer(report.samples)), .init("files", .integer(report.files)),
                .init("bytes", .bytes(report.bytes)),
            ], schema: "almanac.prune-old/1", in: common.options.form, to: output, zone: zone)
        try output.finish()
        common.reportDryRun()
    }
}
