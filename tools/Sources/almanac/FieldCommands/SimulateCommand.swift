import Almanac
import ArgumentParser
import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingSimulation
import TimeSeriesModel

/// Devices to try everything on.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs the devices of a simulated building on this machine, as BACnet/IP.",
        discussion: """
            The building of `almanac demo` as it is now: points, states, trend logs and changes of \
            value, answered by a node of its own for each device. The first node has --address, each \
            next one the address behind it; by default all are on loopback, and nothing leaves this \
            machine. Each takes two sockets (ulimit -n). Runs until Ctrl-C, SIGTERM or SIGHUP, then \
            tells on standard error how it was treated.

            points counts the states too that a controller concludes from its points. Rows of JSON ({"schema":"almanac.simulate/1","devices":[…]}) and columns of csv: instance \
            name address points logs.

            Exit: 64 for an address that is none of this machine, 74 where one or its port is taken.

            Example:
              almanac simulate
            and in another terminal:
              almanac discover --address 127.0.0.1 --range 1001-1004
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many points, 1 to 50000; a device has about 50.", valueName: "n"))
    var points = 200

    @Option(help: ArgumentHelp("Another number is another building.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "The first device's address; its port, where it has one, is that of all.",
            valueName: "a.b.c.d[:port]"))
    var address = "127.1.0.1"

    @Option(help: ArgumentHelp("The UDP port of all.", valueName: "n"))
    var port = IPv4Endpoint.standardPort

    @Option(
        help: ArgumentHelp(
            "Where everybody hears (default: the interface's).", valueName: "a.b.c.d"))
    var broadcast: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What time it is in the building at the start, in the years 1901 to 2153.",
            valueName: "time"))
    var at = "now"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds of the building that pass in one, 0 to 86400; with 0 its time stands still.",
            valueName: "n"))
    var speed: Int64 = 1

    @Flag(
        help:
            "With the faults of `almanac demo`, which lie in last year; those at the start are told."
    )
    var faults = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long each answer takes, to 10m (default: none).", valueName: "2s"))
    var delay: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Which part of requests and of answers is lost, 0 to 1.", valueName: "0.1"))
    var loss = 0.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The greatest message that a device takes and sends, 50 to 1476.", valueName: "octets"))
    var maxApdu = APDUSize.octets1476.octetCount

    @Flag(help: "No answers in segments, as small controllers have none.")
    var noSegments = false

    @Option(
        name: .customLong("for"), parsing: .unconditional,
        help: ArgumentHelp("Ends by itself after so long.", valueName: "60s"))
    var length: String?

    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func validate() throws {
        guard (1...50_000).contains(points) else {
            throw ValidationError("--points \(points): a number from 1 to 50000 was expected.")
        }
        guard (0...86_400).contains(speed) else {
            throw ValidationError("--speed \(speed): a number from 0 to 86400 was expected.")
        }
        guard (0...1).contains(loss) else {
            throw ValidationError("--loss \(loss): a number from 0 to 1 was expected.")
        }
        guard (50...1476).contains(maxApdu) else {
            throw ValidationError("--max-apdu \(maxApdu): a number from 50 to 1476 was expected.")
        }
        guard port != 0 else {
            throw ValidationError("--port 0: a port that whoever asks can know was expected.")
        }
    }

    func run() async throws {
        let zone = try zone.zone()
        let now = SystemClock.now
        let start = try SpanOptions.moment(at, "--at", zone, now)
        let delay = try delay.map { (text) throws(ToolFailure) in
            try FieldOptions.length(text, "--delay")
        }
        let length = try length.map { (text) throws(ToolFailure) in
            try FieldOptions.length(text, "--for", upTo: 100 * 86_400_000)
        }
        let interfaces = try FieldLink.interfaces()
        let first = try FieldOptions.endpoint(address, "--address", port: port)
        let everybody = try FieldOptions.broadcast(broadcast, of: first, interfaces)
        let building = try building(at: start)
        try checkRoom(for: building.devices.count, from: first, before: everybody)
        let clock = SystemBACnetClock()
        let passed = Int64(clock.uptime / .milliseconds(1)) * speed
        let devices = SimulatedDevices(
            of: building,
            time: SimulatedTime(
                origin: Timestamp(milliseconds: start.milliseconds - passed), speed: speed),
            seed: seed, clock: clock, profile: { _ in profile(delay ?? .zero) })
        let nodes = try await SimulateCommand.start(devices, from: first, broadcast: everybody)
        var losses = DeviceFaults()
        losses.lostRequestRate = loss
        losses.lostReplyRate = loss
        for instance in devices.instances { devices.setFaults(losses, of: instance) }
        try list(devices, nodes, zone)
        for fault in building.faults where fault.lasts(at: start) {
            options.notes.say("planted: \(fault.text(in: building, zone))")
        }
        options.notes.say(
            length == nil ? "answering until interrupted (Ctrl-C)" : "answering for \(self.length!)"
        )
        await Interruption.wait(atMost: length)
        await devices.close()
        conclude(devices)
    }

    /// Years that a BACnet date can say, with room for the logs before and for a run behind.
    private static let years = 1901..<2154

    private func building(at start: Timestamp) throws(ToolFailure) -> SimulatedBuilding {
        let years = SimulateCommand.years
        guard years.contains(UTCYear(containing: start).number) else {
            throw ToolFailure(
                .usage,
                "--at: found the year \(UTCYear(containing: start).number), expected one from "
                    + "\(years.lowerBound) to \(years.upperBound - 1)")
        }
        // In a history of no length there is nothing planted.
        let range = faults ? DemoCommand.range(of: 1) : TimeRange(from: start, to: start)!
        return SimulatedBuilding(seed: seed, pointCount: points, range: range)
    }

    /// The address for everybody cannot be that of a device.
    private func checkRoom(
        for count: Int, from first: IPv4Endpoint, before everybody: IPv4Endpoint
    ) throws(ToolFailure) {
        let last = UInt64(first.address) + UInt64(count - 1)
        guard
            last > UInt64(UInt32.max)
                || (UInt64(first.address)...last).contains(UInt64(everybody.address))
        else { return }
        throw ToolFailure(
            .usage,
            "--address: found \(first.host), expected one with \(count) addresses from it on before "
                + "\(everybody.host), where everybody hears")
    }

    private func profile(_ delay: Duration) -> DeviceProfile {
        var profile = DeviceProfile()
        profile.replyDelay = delay
        profile.octetCountMax = maxApdu
        if noSegments { profile.segmentation = .none }
        return profile
    }

    /// Binds a node for each device. What was bound is closed again where one cannot be.
    private static func start(
        _ devices: SimulatedDevices, from first: IPv4Endpoint, broadcast: IPv4Endpoint
    ) async throws(ToolFailure) -> [IPv4Endpoint] {
        var nodes: [IPv4Endpoint] = []
        for (place, instance) in devices.instances.enumerated() {
            let node = IPv4Endpoint(
                address: first.address &+ UInt32(place), port: first.port)
            do throws(UDPFailure) {
                let transport = try await UDPTransport.bind(node, broadcast: broadcast)
                devices.start(instance, over: transport)
            } catch {
                await devices.close()
                throw ToolFailure(
                    .inputOutput,
                    "device \(instance): " + FieldLink.reason(error))
            }
            nodes.append(node)
        }
        return nodes
    }

    private func list(
        _ devices: SimulatedDevices, _ nodes: [IPv4Endpoint], _ zone: TimeZoneRules
    ) throws(ToolFailure) {
        let output = OutputBuffer.standard()
        let rows = try RowWriter(
            [
                Column("instance", .right), Column("name"), Column("address"),
                Column("points", .right), Column("logs", .right),
            ], schema: "almanac.simulate/1", list: "devices", in: options.form, to: output,
            options: options, zone: zone)
        for (instance, node) in zip(devices.instances, nodes) {
            let summary = devices.summary(of: instance)
            try rows.append([
                .name(Int(instance)), .text(summary.name), .text("\(node)"),
                .integer(summary.pointCount), .integer(summary.logCount),
            ])
        }
        try rows.finish()
        try output.finish()
    }

    /// How the devices were treated.
    private func conclude(_ devices: SimulatedDevices) {
        let all = devices.instances.map { devices.statistics(of: $0) }
        func sum(_ count: (RequestStatistics) -> Int, _ thing: String) -> String {
            NumberText.count(all.map(count).reduce(0, +), of: thing)
        }
        let open = all.map(\.openCountMax).max() ?? 0
        let rate = all.map(\.countPerSecondMax).max() ?? 0
        options.notes.say(
            """
            \(sum(\.requestCount, "request")), \(sum(\.repeatedCount, "repetition")) of one still \
            open, \(sum({ $0.whoIsCount + $0.whoHasCount }, "search message")), \
            \(sum(\.notificationCount, "notification")), \(sum(\.lostCount, "message")) lost on the \
            way in; of one device at most \(open) open at once and \(rate) in one second
            """)
    }
}

extension PlantedFault {
    fileprivate func lasts(at moment: Timestamp) -> Bool {
        // A point that stalls stays so.
        kind == .stalled ? range.from <= moment : range.contains(moment)
    }

    fileprivate func text(in building: SimulatedBuilding, _ zone: TimeZoneRules) -> String {
        let end = kind == .stalled ? "for good" : "until \(zone.text(of: range.to))"
        return "\(kind.name) of \(subject.name(in: building)), \(end)"
    }
}
