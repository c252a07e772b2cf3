import Almanac
import ArgumentParser
import BACnetMessages

/// How a command gets onto the devices' network.
struct FieldOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The interface to speak from.", valueName: "eth0"))
    var interface: String?

    @Option(help: ArgumentHelp("Or its address.", valueName: "a.b.c.d[:port]"))
    var address: String?

    @Option(
        help: ArgumentHelp(
            "The network's UDP port, and ours if --address has none; 0 for any of ours. (default: "
                + "47808)", valueName: "n"))
    var port: UInt16?

    @Option(
        help: ArgumentHelp(
            "Where broadcasts go (default: the interface's address for them); 255.255.255.255 for "
                + "devices with another subnet mask.", valueName: "a.b.c.d[:port]"))
    var broadcast: String?

    @Option(
        help: ArgumentHelp(
            "Register with this BBMD as a foreign device, and send broadcasts through it.",
            valueName: "a.b.c.d[:port]"))
    var bbmd: String?

    @Option(help: ArgumentHelp("For how long to register.", valueName: "seconds"))
    var ttl: UInt16 = 60

    @Option(
        help: ArgumentHelp(
            "How long to wait for those who are asked who they are.", valueName: "6s"))
    var wait = "6s"

    @Option(help: ArgumentHelp("How long to wait for each answer.", valueName: "5s"))
    var timeout = "5s"

    @Option(
        help: ArgumentHelp(
            "How often to ask again without one; who is there is asked so often too, once at least.",
            valueName: "n"))
    var retries = 3

    @Option(help: ArgumentHelp("Our own device instance, unique on the network.", valueName: "n"))
    var ownInstance: UInt32 = 4_194_000

    mutating func validate() throws {
        guard (0...10).contains(retries) else {
            throw ValidationError("--retries \(retries): a number from 0 to 10 was expected.")
        }
        guard ownInstance < ObjectIdentifier.wildcardInstance else {
            throw ValidationError(
                "--own-instance \(ownInstance): a number up to 4194302 was expected.")
        }
    }
}

/// Where we speak from, and how patiently.
struct FieldSettings: Hashable {
    var endpoint: IPv4Endpoint
    var broadcast: IPv4Endpoint
    var bbmd: IPv4Endpoint?
    var timeToLiveSeconds: UInt16
    var patience: Patience
    /// From the last Who-Is to the end of a search.
    var wait: Duration
    var ownInstance: UInt32

    /// The port of an address without one.
    var networkPort: UInt16 { broadcast.port == 0 ? IPv4Endpoint.standardPort : broadcast.port }
}

/// An interface of this machine, as far as settings need it.
struct LocalInterface: Hashable {
    let name: String
    let address: UInt32
    let broadcastAddress: UInt32

    var text: String { "\(name) \(IPv4Endpoint(address: address).host)" }
}

extension FieldOptions {
    /// - Parameter interfaces: those of this machine.
    /// - Throws: with `usage` for what cannot be.
    func settings(_ interfaces: [LocalInterface]) throws(ToolFailure) -> FieldSettings {
        let endpoint = try endpoint(interfaces)
        let networkPort = port.flatMap { $0 == 0 ? nil : $0 }
        let broadcast = try FieldOptions.broadcast(
            broadcast, of: endpoint, interfaces, port: networkPort)
        let bbmd = try bbmd.map { (text) throws(ToolFailure) in
            try FieldOptions.endpoint(
                text, "--bbmd", port: networkPort ?? IPv4Endpoint.standardPort)
        }
        if let bbmd, bbmd.port == 0 {
            throw ToolFailure(.usage, "--bbmd: found port 0 in \(bbmd), expected the BBMD's port")
        }
        return FieldSettings(
            endpoint: endpoint, broadcast: broadcast, bbmd: bbmd, timeToLiveSeconds: ttl,
            patience: Patience(
                timeout: try FieldOptions.length(timeout, "--timeout"), retryCount: retries),
            wait: try FieldOptions.length(wait, "--wait"), ownInstance: ownInstance)
    }

    private func endpoint(_ interfaces: [LocalInterface]) throws(ToolFailure) -> IPv4Endpoint {
        let known = interfaces.map(\.text).joined(separator: ", ")
        let port = port ?? IPv4Endpoint.standardPort
        switch (interface, address) {
        case (let name?, nil):
            guard let found = interfaces.first(where: { $0.name == name }) else {
                throw ToolFailure(
                    .usage,
                    "--interface: found \(CellProblem.quoted(name)), this machine has \(known)")
            }
            return IPv4Endpoint(address: found.address, port: port)
        case (nil, let text?):
            let endpoint = try FieldOptions.endpoint(text, "--address", port: port)
            guard endpoint.address != 0 else {
                throw ToolFailure(
                    .usage,
                    "--address 0.0.0.0 is every interface at once: devices of one network would be "
                        + "asked by way of another; this machine has \(known)")
            }
            return endpoint
        default:
            throw ToolFailure(
                .usage,
                "name the interface to speak from, by --interface or --address; this machine has "
                    + known)
        }
    }

    /// The address for broadcasts on the network of `endpoint`, if none is given.
    ///
    /// - Parameter port: of the network; `nil` for that of `endpoint`.
    static func broadcast(
        _ broadcast: String?, of endpoint: IPv4Endpoint, _ interfaces: [LocalInterface],
        port: UInt16? = nil
    ) throws(ToolFailure) -> IPv4Endpoint {
        // With port 0 the system chooses ours, and the network has the standard one.
        let port =
            port ?? (endpoint.port == 0 ? IPv4Endpoint.standardPort : endpoint.port)
        if let broadcast {
            return try FieldOptions.endpoint(broadcast, "--broadcast", port: port)
        }
        // The whole of 127 is this machine.
        let isLoopback = endpoint.address >> 24 == 127
        if let found = interfaces.first(where: {
            $0.address == endpoint.address || isLoopback && $0.address >> 24 == 127
        }) {
            return IPv4Endpoint(address: found.broadcastAddress, port: port)
        }
        throw ToolFailure(
            .usage,
            "no interface of this machine has \(endpoint.host): it has "
                + interfaces.map(\.text).joined(separator: ", "))
    }

    static func endpoint(
        _ text: String, _ option: String, port: UInt16
    ) throws(ToolFailure) -> IPv4Endpoint {
        guard let endpoint = IPv4Endpoint(text: text[...], port: port) else {
            throw ToolFailure(
                .usage,
                "\(option): found \(CellProblem.quoted(text)), expected an address like 10.0.0.9 or "
                    + "10.0.0.9:\(IPv4Endpoint.standardPort)")
        }
        return endpoint
    }

    /// A time in milliseconds, ten minutes at most where nothing else is said.
    static func length(
        _ text: String, _ option: String, upTo most: Int64 = 600_000
    ) throws(ToolFailure) -> Duration {
        guard let milliseconds = BucketWidth.milliseconds(text[...]),
            (1...most).contains(milliseconds)
        else {
            throw ToolFailure(
                .usage,
                "\(option): found \(CellProblem.quoted(text)), expected a time like 500ms, 3s or 1m"
            )
        }
        return .milliseconds(milliseconds)
    }
}
