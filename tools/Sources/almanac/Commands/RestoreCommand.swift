import ArgumentParser
import SegmentStore
import TimeSeriesModel

/// Makes a store of a backup.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Makes a store of a backup, in an empty folder.",
        discussion: """
            The backup is checked first, every byte of it; a damaged one is refused with what is \
            damaged (exit 1), and nothing is made. The store shares no file with the backup. --until \
            leaves out later samples; points, trend logs and the journal are restored completely.

            JSON: {"schema":"almanac.restore/1","store","samples","bytes","last_time"}

            Example:
              almanac restore /mnt/backup/2025-03-01 --until 2025-02-28T12:00:00Z --store ./restored
            """)

    @Argument(help: "The backup.")
    var src: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only samples stamped up to this time, itself too.", valueName: "time"))
    var until: String?

    @OptionGroup var store: StoreOption
    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func run() throws {
        let zone = try zone.zone()
        let last = try until.map { (text) throws(ToolFailure) in
            try SpanOptions.moment(text, "--until", zone, SystemClock.now)
        }
        let copy = StoreCopy(store: src, dest: store.path, options: options)
        try copy.restore(until: last)
        try copy.write(schema: "almanac.restore/1", place: "store", isVerified: nil, zone)
    }
}
