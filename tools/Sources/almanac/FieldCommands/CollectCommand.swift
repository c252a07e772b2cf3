import Almanac
import AlmanacCollector
import ArgumentParser
import BACnetIP
import BACnetMessages
import TimeSeriesModel

/// A collector without a service: reads devices and stores what they report.
struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Collects the points of BACnet/IP devices into a store, until it is ended.",
        discussion: """
            Reads the points of the two tables (`almanac discover --write` makes them) at their \
            intervals, and stores samples, their quality, and the reason of each gap. Only reads: \
            nothing in this program can write to a device. The store is made if there is none. Both \
            tables are checked completely before anything starts: every problem is reported with file, \
            line and column.

            On a terminal a table of the devices is kept up to date. Otherwise each event is a line; \
            ndjson and csv have one object or row per event:
              time     when it happened
              event    started stored tick_missed suspect offline online described backfilled \
            store_failed conflict stopped and others
              device   its number, or null
              message  in words
              fields   in ndjson: the parts of the message by name

            Meanwhile the disk is measured, and what was counted is written down, each minute.

            Ctrl-C and SIGTERM end it: requests that are open are waited for, what they return is \
            stored, and the store is closed. A second one ends it at once.

            Exit: 0 at the end; 1 if --for is over and a device or a point could not be read, 65 if a \
            table is wrong, 66 if a file is missing, 69 if --for is over and no device replied, 74 if \
            the port is taken, 75 if another process writes the store.

            Example:
              almanac collect --store ./site --devices devices.csv --points points.csv \
            --interface eth0
            """)

    @Option(help: ArgumentHelp("The table of devices.", valueName: "file"))
    var devices: String

    @Option(help: ArgumentHelp("The table of points.", valueName: "file"))
    var points: String

    @Option(
        name: .customLong("for"), parsing: .unconditional,
        help: ArgumentHelp("End after so long.", valueName: "10m"))
    var length: String?

    @OptionGroup var store: StoreOption
    @OptionGroup var field: FieldOptions
    @OptionGroup var reserve: ReserveOption
    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func validate() throws {
        guard options.form != .json else {
            throw ValidationError("--output json: events have no end; ndjson has one per line.")
        }
    }

    func run() async throws {
        let zone = try zone.zone()
        let length = try length.map { (text) throws(ToolFailure) in
            try FieldOptions.length(text, "--for", upTo: 100 * 86_400_000)
        }
        let settings = try field.settings(try FieldLink.interfaces())
        let plan = try readPlan(port: settings.networkPort)
        let history = try openHistory(zone)
        do throws(ToolFailure) {
            try await collect(plan, into: history, settings, length, zone)
        } catch {
            await history.close()
            throw error
        }
        if let failure = await history.close() {
            throw ToolFailure(.inputOutput, "\(store.path): \(failure)")
        }
    }

    private func readPlan(port: UInt16) throws(ToolFailure) -> CollectorPlan {
        let inputs = CollectorInputs(
            devices: try CollectCommand.file(devices), points: try CollectCommand.file(points),
            port: port)
        do throws(InputFailure) { return try inputs.plan() } catch {
            for problem in error.problems { Notes.error("\(problem)") }
            let more = error.problemCount - error.problems.count
            throw ToolFailure(
                .wrongData,
                "\(NumberText.count(error.problemCount, of: "problem")) in \(devices) and \(points)"
                    + (more > 0 ? ", the first \(error.problems.count) shown" : "")
                    + "; nothing was started")
        }
    }

    private static func file(_ path: String) throws(ToolFailure) -> CollectorInputs.File {
        let source = try TextSource(path)
        var bytes: [UInt8] = []
        while try source.read(into: &bytes) {}
        return CollectorInputs.File(name: path, bytes: bytes)
    }

    private func openHistory(_ zone: TimeZoneRules) throws(ToolFailure) -> DataManager {
        try withHistoryErrors(of: store.path) { () throws(HistoryError) in
            var configuration = Configuration()
            configuration.diskReserveByteCount = reserve.size?.byteCount
            return try DataManager.open(at: store.path, configuration: configuration)
        }
    }

    private func collect(
        _ plan: CollectorPlan, into history: DataManager, _ settings: FieldSettings,
        _ length: Duration?, _ zone: TimeZoneRules
    ) async throws(ToolFailure) {
        var client = ClientConfiguration(
            device: OwnDevice(
                instance: settings.ownInstance, name: "Almanac collector", modelName: "almanac",
                firmwareRevision: ToolVersion.number))
        client.patience = settings.patience
        let link = try await FieldLink.open(settings, client)
        var configuration = CollectorConfiguration()
        configuration.requestTimeout = settings.patience.timeout
        configuration.retries = settings.patience.retryCount
        do throws(ToolFailure) {
            try await run(plan, link.client, configuration, history, length, zone)
        } catch {
            await link.client.close()
            throw error
        }
        await link.client.close()
    }

    private func run(
        _ plan: CollectorPlan, _ client: BACnetClient, _ configuration: CollectorConfiguration,
        _ history: DataManager, _ length: Duration?, _ zone: TimeZoneRules
    ) async throws(ToolFailure) {
        let collector: BACnetCollector
        let shown: Task<ToolFailure?, Never>
        do {
            let changes = try await plan.write(
                into: history, interval: configuration.historyInterval)
            options.notes.say(CollectCommand.text(of: changes, plan))
            collector = try BACnetCollector(
                history: history, client: client, plan: plan, configuration: configuration)
            // From the start on, so that no event is missed.
            let events = collector.events
            let display = CollectDisplay(of: plan, options, zone)
            shown = Task { await display.show(collector, events) }
            try await collector.start()
        } catch {
            throw CollectCommand.failure(error, store.path)
        }
        let upkeep = Task {
            do throws(HistoryError) { try await history.runHousekeeping() } catch {
                Notes.error("the store is not looked after: \(error.message)")
            }
        }
        let wasInterrupted = await Interruption.wait(atMost: length)
        upkeep.cancel()
        await upkeep.value
        await collector.stop()
        let problem = await shown.value
        if let problem { throw problem }
        guard !wasInterrupted else { return }
        try CollectCommand.conclude(collector.status())
    }

    private static func text(of changes: CatalogChanges, _ plan: CollectorPlan) -> String {
        var text =
            "\(NumberText.count(plan.devices.count, of: "device")) and "
            + "\(NumberText.count(plan.points.count, of: "point"))"
        if changes.isEmpty { return text + ", as the store has them" }
        text +=
            "; new or changed: \(NumberText.count(changes.devices.count, of: "device")) and "
            + NumberText.count(changes.points.count, of: "point")
        let inactive = changes.deactivatedDevices.count + changes.deactivatedPoints.count
        if inactive > 0 {
            text +=
                "; no longer collected: "
                + "\(NumberText.count(changes.deactivatedDevices.count, of: "device")) and "
                + NumberText.count(changes.deactivatedPoints.count, of: "point")
        }
        return text
    }

    private static func failure(_ error: any Error, _ store: String) -> ToolFailure {
        switch error {
        case let error as HistoryError: ToolFailure(error, store: store)
        case let error as CollectorError: ToolFailure(.inputOutput, "\(store): \(error)")
        default: ToolFailure(.inputOutput, "\(store): \(error)")
        }
    }

    /// What did not work in the given time.
    static func conclude(_ status: CollectorStatus) throws(ToolFailure) {
        // A router, for instance, may have no point to read.
        let failed = status.devices.filter {
            $0.points > 0 && $0.state != .ok && $0.state != .disabled
        }
        for device in failed {
            Notes.error(
                "device \(device.id.rawValue) (\(device.name)): \(device.state.rawValue), "
                    + (device.lastError ?? "not read yet"))
        }
        guard !failed.isEmpty else { return }
        let isNone = status.devices.allSatisfy { $0.lastSuccess == nil }
        throw ToolFailure(isNone ? .unavailable : .findings, isNone ? "no device replied" : nil)
    }
}
