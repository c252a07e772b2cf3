import Almanac
import ArgumentParser
import SegmentStore

/// Which sample stays where the store has another of the same point and time.
enum ConflictChoice: String, ExpressibleByArgument, CaseIterable {
    case replace, keep

    var rule: SegmentStore.ConflictRule { self == .replace ? .replace : .keep }
}

/// Takes CSV files into a store.
struct ImportCSVCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv",
        abstract: "Takes CSV files, plain or gzip, into a store; makes the store if need be.",
        discussion: """
            First line unix_ms,<column>,<column>,…; then an integer of Unix milliseconds and a \
            decimal number for each column, empty where there is no sample. Each column becomes a \
            point <file stem>/<column>. The long form point,unix_ms,value,quality is read too.
            A file that cannot be read is refused whole, with its line and column, and does not \
            keep the others out (exit 65); with --skip-bad its other cells are stored (exit 1), \
            the first ten refused cells of a file are printed, and the others are counted. \
            Samples more than a day later than this machine's clock are stored and reported. On \
            return everything is durable.

            Example:
              almanac import csv ahu.csv.gz rooms.csv --points points.csv --store ./s
            """)

    @Argument(help: "CSV files.")
    var files: [String]

    @Option(
        help: ArgumentHelp(
            "Name points <prefix>/<column>; '' if columns are full names <device>/<point>.",
            valueName: "name"))
    var prefix: String?

    @Option(
        help: ArgumentHelp("Kinds and units: site,point,kind,unit[,data_type].", valueName: "file"))
    var points: String?

    @Option(help: "Whether a known time is replaced or kept.")
    var onConflict = ConflictChoice.replace

    @Flag(help: "Leave out cells and rows that cannot be read, and store the others.")
    var skipBad = false

    @Flag(help: "Read and compare everything, store nothing.")
    var dryRun = false

    @OptionGroup var store: StoreOption
    @OptionGroup var reserve: ReserveOption
    @OptionGroup var options: FormOptions
    @OptionGroup(visibility: .hidden) var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func validate() throws {
        guard let prefix, prefix.hasPrefix("/") else { return }
        throw ValidationError("--prefix \(prefix): a device's name was expected before the '/'.")
    }

    func run() throws {
        let started = SystemClock.uptimeSeconds
        // A name that was mistyped must not leave a new store behind; among others it keeps none out.
        let hasOne = files.contains { (try? InputFile.checkReadable($0)) != nil }
        if !hasOne, let first = files.first { try InputFile.checkReadable(first) }
        var rules = ImportRules(prefix: prefix, skipsBad: skipBad)
        if let points { rules.points = try PointsTable(path: points) }
        var work = ImportWork(rules: rules, options: options, reserve: reserve)
        if dryRun {
            try work.dryRun(files, path: store.path, onConflict: onConflict.rule)
        } else {
            try work.run(files, path: store.path, onConflict: onConflict.rule)
        }
        let seconds = SystemClock.uptimeSeconds - started
        try write(work.totals, seconds)
        if let failure = work.firstFailure { throw ToolFailure(failure.status, nil) }
        if work.totals.rejected > 0 { throw ToolFailure(.findings, nil) }
    }

    private func write(_ totals: ImportTotals, _ seconds: Double) throws(ToolFailure) {
        let output = OutputBuffer.standard()
        var fields: [RowWriter.Field] = [
            .init("files", .integer(totals.fileCount)),
            .init("points", .integer(totals.points.count)),
            .init("samples", .integer(totals.counts.samples)),
            .init("duplicates", .integer(totals.counts.duplicates)),
            .init("replaced", .integer(totals.counts.replaced)),
            .init("rejected", .integer(totals.rejected)),
            .init("future", .integer(totals.future)),
            .init("seconds", .number((seconds * 1000).rounded() / 1000)),
        ]
        if options.form == .table, totals.counts.kept > 0 {
            fields.insert(.init("kept", .integer(totals.counts.kept)), at: 5)
        }
        try RecordWriter.write(
            fields, schema: "almanac.import/1", in: options.form, to: output, zone: .utc)
        try output.finish()
        if dryRun { options.notes.say("nothing was stored (--dry-run)") }
    }
}
