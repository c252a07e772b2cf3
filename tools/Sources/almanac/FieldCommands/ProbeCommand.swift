import Almanac
import ArgumentParser
import BACnetMessages

/// What one device says and does.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Asks one BACnet/IP device everything that explains how it behaves.",
        discussion: """
            Who it is and how fast it answers, its Device object, its object list, how much it takes \
            at a time, what its first 100 points show, whether it takes a subscription (cancelled \
            behind its first notification), what its logs hold, and how far its clock is off. Reads only: nothing in this program can write to a \
            device. A step that fails is told, and the next is taken.

            JSON is {"schema":"almanac.probe/1", …} with an object for each section: who_is, device, \
            objects, sizes, values (an object for each point), change_of_value, logs (a list), clock; csv has section,key,value.

            --hex writes every datagram to standard error: time, > sent or < received, the other \
            side, its octets, what it says, and why it was dropped if it was.

            Exit: 1 where a step failed, 69 where the device does not answer, 74 where the port is \
            taken.

            Example:
              almanac probe 1001 --interface eth0 --hex
            """)

    @Argument(
        help:
            "The device: its instance, A.B.C.D[:PORT], NETWORK:MAC@A.B.C.D[:PORT] behind a router, or INSTANCE@ before either, for one of several at an address."
    )
    var device: String

    @OptionGroup var field: FieldOptions

    @Flag(help: "Show every datagram.")
    var hex = false

    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func run() async throws {
        let zone = try zone.zone()
        let settings = try field.settings(try FieldLink.interfaces())
        guard let target = DeviceTarget(text: device, port: settings.networkPort) else {
            throw ToolFailure(
                .usage,
                "found \(CellProblem.quoted(device)), expected an instance up to 4194302, an address "
                    + "like 10.0.0.9:47808, 2001:0c@10.0.0.9 for station 0c of network 2001, or "
                    + "1001@10.0.0.9 for one of several devices there")
        }
        let watch = IntroductionWatch()
        let showsDatagrams = hex
        let probe = try await FieldLink.with(
            settings,
            report: { datagram in
                watch.note(datagram)
                if showsDatagrams { Notes.write(DatagramText.text(of: datagram, in: zone)) }
            },
            { (link) throws(ToolFailure) in
                var probe = DeviceProbe(link, watch: watch)
                try await probe.run(target)
                return probe
            })
        let output = OutputBuffer.standard()
        try probe.report.write(
            schema: "almanac.probe/1", in: options.form, to: output, options: options, zone: zone)
        try output.finish()
        guard probe.problems.isEmpty else {
            for problem in probe.problems { Notes.error(Cell.printable(problem)) }
            throw ToolFailure(.findings, nil)
        }
    }
}
