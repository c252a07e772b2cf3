import Almanac
import ArgumentParser
import SegmentStore

/// Shows and lowers the time before which a store refuses samples.
struct FloorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor",
        abstract: "Shows the time before which a store refuses samples, and lowers it.",
        discussion: """
            Retention removes what is older than its bound and refuses older samples from then on. \
            The bound, the floor, only rises by itself. If it is too late, because retention ran \
            under a wrong clock or because older samples are to be imported, --lower sets an earlier \
            one, and --remove none. Without --apply nothing is changed. With it the change gets an \
            audit entry; no other process may write the store then. Samples that were removed do not \
            come back.

            JSON: {"schema":"almanac.floor/1","floor","new_floor","applied"}: Unix ms, or null for \
            none; new_floor is the same as floor if it is not to be changed.

            Example:
              almanac floor --lower 2024-01-01 --store ./s
              almanac floor --lower 2024-01-01 --apply --store ./s
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The time from which samples are to be accepted.", valueName: "time"))
    var lower: String?

    @Flag(help: "Accept samples of any age.")
    var remove = false

    @Flag(help: "Make the change. Without it the floor is only shown.")
    var apply = false

    @OptionGroup var store: StoreOption
    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func validate() throws {
        if lower != nil, remove { throw ValidationError("--lower and --remove: one was expected.") }
        if apply, lower == nil, !remove {
            throw ValidationError("--apply: --lower or --remove was expected with it.")
        }
    }

    func run() async throws {
        let zone = try zone.zone()
        let wanted = try lower.map { (text) throws(ToolFailure) in
            try SpanOptions.moment(text, "--lower", zone, SystemClock.now)
        }
        let floor = try store.openSnapshot().floor
        if let wanted, let floor, wanted > floor {
            throw ToolFailure(
                .usage,
                "--lower \(lower ?? ""): found \(zone.text(of: wanted)), expected a time up to the "
                    + "floor, \(zone.text(of: floor)); `almanac prune old` raises it")
        }
        let changes = floor != nil && (remove || wanted != nil && wanted != floor)
        if apply, changes {
            let manager = try withHistoryErrors(of: store.path) { () throws(HistoryError) in
                try DataManager.open(at: store.path)
            }
            do throws(HistoryError) {
                try await manager.lowerRetentionFloor(to: wanted, by: .operatingUser)
            } catch { throw ToolFailure(error, store: store.path) }
            await manager.close()
        }
        let output = OutputBuffer.standard()
        try RecordWriter.write(
            [
                .init("floor", .time(floor)),
                .init("new_floor", .time(changes ? wanted : floor)),
                .init("applied", .flag(apply && changes)),
            ], schema: "almanac.floor/1", in: options.form, to: output, zone: zone)
        try output.finish()
        if changes, !apply { options.notes.say("nothing was changed; --apply does it") }
    }
}
