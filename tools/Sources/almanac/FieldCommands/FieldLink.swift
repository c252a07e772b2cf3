import BACnetIP
import BACnetMessages

/// A client that is bound to one interface for the time of a command.
struct FieldLink {
    let client: BACnetClient
    let settings: FieldSettings
    let transport: ObservedTransport

    /// The interfaces of this machine.
    static func interfaces() throws(ToolFailure) -> [LocalInterface] {
        do throws(UDPFailure) {
            return try UDPInterface.all().map {
                LocalInterface(
                    name: $0.name, address: $0.address, broadcastAddress: $0.broadcastAddress)
            }
        } catch {
            throw ToolFailure(.inputOutput, "the system tells no interfaces: \(error)")
        }
    }

    /// Binds, begins to listen, and to register where there is a BBMD.
    ///
    /// - Parameter configuration: of the client; nil for that of a command that looks at devices.
    static func open(
        _ settings: FieldSettings, _ configuration: ClientConfiguration? = nil,
        report: @escaping ObservedTransport.Report = { _ in }
    ) async throws(ToolFailure) -> FieldLink {
        let bound: UDPTransport
        do throws(UDPFailure) {
            bound = try await UDPTransport.bind(
                settings.endpoint, broadcast: settings.broadcast,
                hearsBroadcasts: settings.broadcast.address != settings.endpoint.address)
        } catch {
            throw ToolFailure(.inputOutput, message(error, settings))
        }
        let transport = ObservedTransport(bound, report: report)
        let configuration = configuration ?? FieldLink.configuration(settings)
        let client = BACnetClient(
            configuration, over: transport, broadcastManager: settings.bbmd,
            timeToLiveSeconds: settings.timeToLiveSeconds)
        transport.judge { [weak client] in client?.droppedWords ?? [:] }
        client.start()
        return FieldLink(client: client, settings: settings, transport: transport)
    }

    private static func configuration(_ settings: FieldSettings) -> ClientConfiguration {
        var configuration = ClientConfiguration(
            device: OwnDevice(
                instance: settings.ownInstance, name: "Almanac tool", modelName: "almanac",
                firmwareRevision: ToolVersion.number))
        configuration.patience = settings.patience
        // Not the collector's number: a probe that cancels its subscription must not cancel one of
        // the collector at the same address.
        configuration.subscriptionProcess = 2
        return configuration
    }

    /// Runs `body` on a link and closes it, however that ends.
    static func with<Answer>(
        _ settings: FieldSettings, report: @escaping ObservedTransport.Report = { _ in },
        _ body: (FieldLink) async throws(ToolFailure) -> Answer
    ) async throws(ToolFailure) -> Answer {
        let link = try await open(settings, report: report)
        do throws(ToolFailure) {
            let answer = try await body(link)
            await link.client.close()
            return answer
        } catch {
            await link.client.close()
            throw error
        }
    }

    private static func message(_ failure: UDPFailure, _ settings: FieldSettings) -> String {
        guard case .cannotBind(_, let message) = failure, message.contains(portIsTaken) else {
            return reason(failure)
        }
        return reason(failure) + "; a port of our own with the network's for broadcasts is "
            + "--address \(settings.endpoint.host):0 --broadcast \(settings.broadcast)"
    }

    /// Why there is no socket.
    static func reason(_ failure: UDPFailure) -> String {
        guard case .cannotBind(let endpoint, let message) = failure else { return "\(failure)" }
        if message.contains(portIsTaken) {
            return "\(endpoint): another program has this port: stop it, or take another with "
                + "--port (`ss -ulpn 'sport = :\(endpoint.port)'` names it)"
        }
        if message.contains(addressIsElsewhere) {
            return "\(endpoint): no interface of this machine has this address"
        }
        if message.contains(noDescriptorIsLeft) {
            return
                "\(endpoint): this program may open no more files: each address takes three; raise "
                + "`ulimit -n`"
        }
        return "\(endpoint): cannot be bound: \(message)"
    }

    private static let portIsTaken = "errno: 98"
    private static let noDescriptorIsLeft = "errno: 24"
    private static let addressIsElsewhere = "errno: 99"
}

extension FieldLink {
    /// Finds devices by Who-Is; `found` is called for each as it is heard.
    ///
    /// - Throws: if there is a BBMD to ask through, and it does not have us; or if it is cancelled.
    func whoIs(
        _ ranges: [InstanceRange], to audience: Audience, wait: Duration, repeatCount: Int,
        found: (@Sendable (DiscoveredDevice) -> Void)? = nil
    ) async throws(ToolFailure) -> [DiscoveredDevice] {
        do throws(DiscoveryFailure) {
            return try await client.whoIs(
                ranges, to: audience,
                pace: DiscoveryPace(patience: wait, repeatCount: repeatCount), found: found)
        } catch {
            throw ToolFailure(.unavailable, message(error))
        }
    }

    private func message(_ failure: DiscoveryFailure) -> String {
        guard case .notRegistered(let state) = failure else { return "the search was broken off" }
        let manager = settings.bbmd.map { "\($0)" } ?? "none"
        switch state {
        case .refused(let code):
            return "the BBMD \(manager) refuses to register us (\(code)): it takes no foreign "
                + "devices, or its table is full"
        case .pending, .lost, .registered:
            return
                "the BBMD \(manager) does not answer a registration: look whether the address is "
                + "right, whether UDP passes both ways, and whether it is a BBMD at all"
        }
    }
}
