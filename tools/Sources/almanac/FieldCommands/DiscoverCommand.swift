import Almanac
import AlmanacCollector
import ArgumentParser
import BACnetMessages
import TimeSeriesModel

/// Who is on a BACnet network, and what they have.
struct DiscoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover",
        abstract: "Finds BACnet/IP devices and reads what they have.",
        discussion: """
            Sends Who-Is, then reads each device's name, objects, units and state texts; with --list \
            it reads nothing and lists the devices as they introduce themselves. Reads only: nothing \
            in this program can write to a device. A device that fails is reported, and the others \
            are read. Ctrl-C ends the search or the reading: what was found until then is printed, \
            and what was read is written.

            Rows of JSON ({"schema":"almanac.discover/1","rows":[…]}) and columns of csv:
              instance name vendor vendor_id model firmware
              address      A.B.C.D:PORT, or NETWORK:MAC@A.B.C.D:PORT behind a router
              network mac  of a device behind a router, else null
              max_apdu     the greatest message that it takes, in octets
              segmentation both transmit receive none
              points logs  how many, null if the device was not read
              notes        remarks, or null
              objects      in json and ndjson: object point name description unit unit_code \
            data_type states low high

            --write makes devices.csv and points.csv, a collector's tables. Texts in them that begin \
            with = + - @ have an apostrophe in front.

            Exit: 1 with findings (a device not read as a whole, elements of an object list that \
            cannot be read, no reply at --at, two devices with one instance, interrupted), 69 if no \
            device replies, 74 if the port is taken.

            Example:
              almanac discover --interface eth0 --range 1000-1999 --write ./site
            """)

    @OptionGroup var field: FieldOptions

    @Option(
        help: ArgumentHelp(
            "Only devices of these instances; may be given several times, and is asked one by one.",
            valueName: "low-high"))
    var range: [String] = []

    @Option(
        help: ArgumentHelp(
            "A device that no broadcast reaches: A.B.C.D[:PORT] or NETWORK:MAC@A.B.C.D[:PORT]; may be "
                + "given several times.", valueName: "address"))
    var at: [String] = []

    @Flag(help: "Ask the addresses of --at alone.")
    var noBroadcast = false

    @Flag(help: "List devices without reading them.")
    var list = false

    @Option(help: ArgumentHelp("Write devices.csv and points.csv there.", valueName: "dir"))
    var write: String?

    @Flag(help: "Replace tables that are there.")
    var force = false

    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func validate() throws {
        guard !noBroadcast || !at.isEmpty else {
            throw ValidationError("--no-broadcast: no device is asked without --at.")
        }
        guard !list || write == nil else {
            throw ValidationError("--list: --write needs what the devices have; leave one out.")
        }
    }

    func run() async throws {
        let zone = try zone.zone()
        let settings = try field.settings(try FieldLink.interfaces())
        let ranges = try range.map(DiscoverCommand.range)
        let addresses = try at.map { (text) throws(ToolFailure) in
            try DiscoverCommand.address(text, port: settings.networkPort)
        }
        if let write, !force { try CollectorTables.refuseToReplace(in: write) }
        let search = FieldLink.Search(
            ranges: ranges, addresses: addresses, asksEverybody: !noBroadcast,
            readsDevices: !list)
        let progress = SurveyProgress(on: options.terminal, options.notes)
        let survey = try await FieldLink.with(settings) { (link) throws(ToolFailure) in
            let outcome = await Interruption.cancelling {
                () async -> Result<FieldSurvey, ToolFailure> in
                do throws(ToolFailure) {
                    return .success(try await link.survey(search, progress: progress))
                } catch {
                    return .failure(error)
                }
            }
            var survey = try outcome.answer.get()
            survey.wasInterrupted = outcome.wasInterrupted
            return survey
        }
        try print(survey, zone)
        if let write, survey.devices.contains(where: \.isRead) {
            try writeTables(survey, to: write)
        }
        try conclude(survey, settings)
    }

    private func print(_ survey: FieldSurvey, _ zone: TimeZoneRules) throws(ToolFailure) {
        let output = OutputBuffer.standard()
        let rows = try RowWriter(
            DeviceRows.columns(in: options.form), schema: "almanac.discover/1", in: options.form,
            to: output, options: options, zone: zone)
        for device in survey.devices {
            try rows.append(DeviceRows.cells(device, of: survey, in: options.form))
        }
        try rows.finish()
        try output.finish()
    }

    private func writeTables(_ survey: FieldSurvey, to folder: String) throws(ToolFailure) {
        let tables = CollectorTables(survey.devices.filter(\.isRead))
        try tables.write(to: folder)
        options.notes.say(
            "\(folder): \(NumberText.count(tables.deviceCount, of: "device")) and "
                + "\(NumberText.count(tables.pointCount, of: "point")) written; names, intervals and "
                + "limits are for you to change")
        if tables.sharedCount > 0 {
            options.notes.say(
                "\(folder): \(NumberText.count(tables.sharedCount, of: "point")) left out, because "
                    + "another device at the same address has the same object, and no request can "
                    + "name one of them")
        }
    }

    private func conclude(
        _ survey: FieldSurvey, _ settings: FieldSettings
    ) throws(ToolFailure) {
        for finding in survey.findings { Notes.error(Cell.printable(finding)) }
        guard !survey.devices.isEmpty || survey.wasInterrupted else {
            let place = settings.bbmd.map { "the BBMD \($0)" } ?? "\(settings.broadcast)"
            throw ToolFailure(
                .unavailable,
                "no device answers Who-Is \(noBroadcast ? "at the addresses given" : "by \(place)"): "
                    + "look whether this is their network and port (--interface, --port), whether "
                    + "they hear the limited broadcast only (--broadcast 255.255.255.255), whether a "
                    + "firewall drops UDP, whether a router or another subnet is in between (--bbmd, "
                    + "--at), and whether they need longer (--wait)")
        }
        guard survey.findings.isEmpty else { throw ToolFailure(.findings, nil) }
    }

    private static func range(_ text: String) throws(ToolFailure) -> InstanceRange {
        guard let range = InstanceRange(text: text) else {
            throw ToolFailure(
                .usage,
                "--range: found \(CellProblem.quoted(text)), expected instances like 1000-1999, up to "
                    + "4194302")
        }
        return range
    }

    static func address(_ text: String, port: UInt16) throws(ToolFailure) -> DeviceAddress {
        guard let address = DeviceAddress(text: text, port: port) else {
            if text.hasSuffix(":0") {
                throw ToolFailure(
                    .usage,
                    "--at: found port 0 in \(CellProblem.quoted(text)), expected the "
                        + "device's port, like 10.0.0.9:47808")
            }
            throw ToolFailure(
                .usage,
                "--at: found \(CellProblem.quoted(text)), expected an address like 10.0.0.9:47808, or "
                    + "2001:0c@10.0.0.9 for station 0c of network 2001 behind a router")
        }
        return address
    }
}
