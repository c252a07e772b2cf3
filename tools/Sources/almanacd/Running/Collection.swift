import Almanac
import AlmanacAPI
import AlmanacCollector
import BACnetIP
import BACnetMessages
import Logging

/// The devices' side of the service: the client on its interface, and the collector of the tables.
actor Collection: CollectionSource {
    nonisolated let source = CollectorSource()
    private let settings: EffectiveConfiguration
    private var client: BACnetClient?
    private var collector: BACnetCollector?
    private let log = Logger(label: "almanacd")

    private var configuration: ServiceConfiguration { settings.configuration }

    init(_ settings: EffectiveConfiguration) { self.settings = settings }

    /// Writes the plan into the catalog and collects it; a collector of an earlier plan ends.
    func begin(_ plan: CollectorPlan, _ history: DataManager) async throws {
        await collector?.stop()
        collector = nil
        let how = configuration.collector
        do {
            _ = try await plan.write(into: history, interval: how.historyInterval)
            if client == nil { client = try await open() }
            guard let client else {
                log.warning(
                    "no bacnet_interface is set: devices are not read, and nothing is collected")
                return
            }
            let collector = try BACnetCollector(
                history: history, client: client, plan: plan, configuration: how,
                source: source)
            self.collector = collector
            if configuration.backgroundCollectionEnabled { try await collector.start() }
        } catch let error as HistoryError {
            throw ServiceFailure(.inputOutput, "the tables cannot be stored: \(error)")
        } catch let error as CollectorError {
            throw ServiceFailure(.configuration, "the collector does not start: \(error)")
        }
    }

    /// Stops the collector, stores what came, and closes the client.
    func end() async {
        await collector?.stop()
        await client?.close()
        collector = nil
        client = nil
    }

    /// The client on the configured interface; nil without one.
    private func open() async throws -> BACnetClient? {
        guard let name = configuration.bacnetInterface else { return nil }
        let interfaces: [UDPInterface]
        do { interfaces = try UDPInterface.all() } catch {
            throw ServiceFailure(.inputOutput, "the system lists no network interfaces: \(error)")
        }
        guard let found = interfaces.first(where: { $0.name == name }) else {
            let names = interfaces.map(\.name).joined(separator: ", ")
            throw ServiceFailure(
                .configuration, "bacnet_interface: \"\(name)\" found, one of \(names) expected")
        }
        let port = UInt16(configuration.bacnetPort)
        let endpoint = IPv4Endpoint(address: found.address, port: port)
        let manager = try configuration.bacnetBBMD.map { text in
            guard let manager = IPv4Endpoint(text: text[...], port: port) else {
                throw ServiceFailure(
                    .configuration,
                    "bacnet_bbmd: \"\(text)\" found, a.b.c.d or a.b.c.d:port expected")
            }
            return manager
        }
        do {
            let transport = try await UDPTransport.bind(
                endpoint, broadcast: IPv4Endpoint(address: found.broadcastAddress, port: port),
                hearsBroadcasts: found.broadcastAddress != found.address)
            let client = configuration.collector.clientConfiguration(
                of: OwnDevice(
                    instance: UInt32(configuration.bacnetDeviceID), name: "Almanac",
                    modelName: "almanacd", firmwareRevision: AlmanacVersion.number))
            let opened = BACnetClient(
                client, over: transport, broadcastManager: manager, timeToLiveSeconds: 60)
            opened.start()
            return opened
        } catch {
            throw ServiceFailure(.inputOutput, "\(endpoint): \(error)")
        }
    }

    func readsDevices() async -> Bool { client != nil }

    func statusJSON() async -> [UInt8] {
        guard let collector else { return Array("{\"running\":false,\"devices\":[]}".utf8) }
        return CollectorStatusText(collector.status()).json
    }
}
