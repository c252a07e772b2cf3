import Almanac
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import Synchronization

/// A network in memory with one client, and devices that answer by a closure, on a clock that moves
/// only when everything waits: the same events in every run.
final class Site: Sendable {
    static let deviceNode = IPv4Endpoint(10, 0, 0, 7)
    static let device = DeviceAddress(node: deviceNode)
    static let point = ObjectProperty(ObjectIdentifier(.analogInput, 1), .presentValue)

    let run = VirtualRun()
    let network: MemoryNetwork
    let client: BACnetClient
    /// Everything that went over the network.
    private let wire: Wire

    init(
        broadcastManager: IPv4Endpoint? = nil, timeToLiveSeconds: UInt16 = 60,
        configure change: (inout ClientConfiguration) -> Void = { _ in }
    ) {
        let wire = Wire()
        self.wire = wire
        let time = run.time
        network = MemoryNetwork { datagram in
            wire.note(datagram, at: time.uptime)
            return true
        }
        var configuration = ClientConfiguration(device: OwnDevice(instance: 900, name: "us"))
        change(&configuration)
        client = BACnetClient(
            configuration, over: network.transport(at: IPv4Endpoint(10, 0, 0, 1)),
            broadcastManager: broadcastManager, timeToLiveSeconds: timeToLiveSeconds,
            clock: run.time, firstInvokeID: 100, executor: run.executor)
    }

    /// Starts the client and runs `body` until it is done.
    func go<Answer: Sendable>(
        _ body: @escaping @Sendable (BACnetClient) async throws -> Answer
    ) throws -> Answer {
        try run.run { [client] in
            client.start()
            let answer = try await body(client)
            await client.close()
            return answer
        }
    }

    /// Another client on the same network and clock.
    func anotherClient(_ instance: UInt32, at endpoint: IPv4Endpoint) -> BACnetClient {
        BACnetClient(
            ClientConfiguration(device: OwnDevice(instance: instance, name: "another")),
            over: network.transport(at: endpoint), clock: run.time,
            executor: run.executor)
    }

    var uptime: Duration { run.time.uptime }

    func sleep(until deadline: Duration) async throws { try await run.time.sleep(until: deadline) }

    /// A task in the order of the run.
    @discardableResult func task<Answer: Sendable>(
        _ body: @escaping @Sendable () async -> Answer
    ) -> Task<Answer, Never> {
        Task(executorPreference: run.executor) { await body() }
    }

    /// A node that answers each datagram with what the closure gives.
    func node(
        at endpoint: IPv4Endpoint = deviceNode,
        _ answer: @escaping @Sendable (BVLCMessage, ReceivedDatagram) -> [BVLCMessage]
    ) {
        let transport = network.transport(at: endpoint)
        transport.start { datagram in
            guard let message = try? BVLCMessage(decoding: datagram.octets) else { return }
            for reply in answer(message, datagram) {
                transport.send(reply.encoded, to: datagram.source)
            }
        }
    }

    /// A device that answers each request with what the closure gives, nothing for silence.
    func device(
        at endpoint: IPv4Endpoint = deviceNode,
        _ answer: @escaping @Sendable (RequestPDU) -> [APDU]
    ) {
        node(at: endpoint) { message, _ in
            guard let octets = message.npdu, let network = try? NPDU(decoding: octets),
                case .apdu(let octets) = network.content,
                case .message(.confirmedRequest(let pdu))? = try? ReceivedAPDU(decoding: octets)
            else { return [] }
            return answer(pdu).map { apdu in
                .originalUnicastNPDU(
                    NPDU(.apdu(apdu.encoded), source: network.destination).encoded)
            }
        }
    }

    /// Sends as somebody else, without hearing.
    func send(_ apdu: APDU, from node: IPv4Endpoint = deviceNode) {
        network.transport(at: node).send(
            BVLCMessage.originalUnicastNPDU(NPDU(.apdu(apdu.encoded)).encoded).encoded,
            to: IPv4Endpoint(10, 0, 0, 1))
    }

    /// Says something to our client's network layer, as a router does.
    func tell(_ message: NetworkMessage, from node: IPv4Endpoint) {
        network.transport(at: node).send(
            BVLCMessage.originalUnicastNPDU(NPDU(.networkMessage(message)).encoded).encoded,
            to: IPv4Endpoint(10, 0, 0, 1))
    }

    /// What our client sent, with the time.
    var sent: [(at: Duration, destination: IPv4Endpoint, message: BVLCMessage)] {
        wire.all.compactMap { entry in
            guard entry.datagram.source == IPv4Endpoint(10, 0, 0, 1),
                let message = try? BVLCMessage(decoding: entry.datagram.octets)
            else { return nil }
            return (entry.at, entry.datagram.destination, message)
        }
    }

    /// The application's messages among them.
    var sentAPDUs: [(at: Duration, apdu: ReceivedAPDU)] {
        sent.compactMap { entry in
            guard let octets = entry.message.npdu, let network = try? NPDU(decoding: octets),
                case .apdu(let octets) = network.content,
                let apdu = try? ReceivedAPDU(decoding: octets)
            else { return nil }
            return (entry.at, apdu)
        }
    }

    var requests: [(at: Duration, pdu: RequestPDU)] {
        sentAPDUs.compactMap { entry in
            guard case .message(.confirmedRequest(let pdu)) = entry.apdu else { return nil }
            return (entry.at, pdu)
        }
    }

    private final class Wire: Sendable {
        private let entries = Mutex<[(at: Duration, datagram: MemoryNetwork.Datagram)]>([])

        func note(_ datagram: MemoryNetwork.Datagram, at moment: Duration) {
            entries.withLock { $0.append((moment, datagram)) }
        }

        var all: [(at: Duration, datagram: MemoryNetwork.Datagram)] { entries.withLock { $0 } }
    }
}

/// A count that closures share.
final class Count: Sendable {
    private let value = Mutex(0)

    var now: Int { value.withLock { $0 } }

    /// One more; gives the number of those before.
    @discardableResult func next() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }

    func lower() { value.withLock { $0 -= 1 } }
}

/// A device with a table of properties, which answers as the standard says.
struct TableDevice: Sendable {
    var properties: [ObjectProperty: [TaggedValue]]
    /// Properties of one ReadPropertyMultiple; more are aborted.
    var propertyCountMax = Int.max
    var hasReadPropertyMultiple = true

    func answer(_ pdu: RequestPDU) -> [APDU] {
        switch try? ConfirmedRequest(pdu.service, decoding: pdu.octets) {
        case .readProperty(let request)?:
            guard let values = properties[request.target] else {
                return [.error(invokeID: pdu.invokeID, pdu.service, TableDevice.unknown)]
            }
            let ack = ReadPropertyAck(request.target, values: values)
            return [reply(.readProperty(ack), to: pdu)]
        case .readPropertyMultiple(let request)?:
            guard hasReadPropertyMultiple else {
                return [.reject(invokeID: pdu.invokeID, .unrecognizedService)]
            }
            guard request.targets.count <= propertyCountMax else {
                return [.abort(invokeID: pdu.invokeID, .bufferOverflow, byServer: true)]
            }
            let parts = request.parts.map { part in
                ReadPropertyMultipleAck.Part(
                    part.object,
                    part.references.map { reference in
                        let values = properties[ObjectProperty(part.object, reference)]
                        return .init(
                            reference, values.map { .values($0) } ?? .error(TableDevice.unknown))
                    })
            }
            return [reply(.readPropertyMultiple(ReadPropertyMultipleAck(parts)), to: pdu)]
        default: return []
        }
    }

    static let unknown = ErrorReply(.property, .unknownProperty)

    func reply(_ reply: ConfirmedReply, to pdu: RequestPDU) -> APDU {
        .complexAck(
            ReplyPDU(invokeID: pdu.invokeID, service: pdu.service, octets: reply.encoded))
    }

    /// Analog inputs 1… whose values are their numbers.
    static func inputs(_ count: Int) -> TableDevice {
        TableDevice(
            properties: Dictionary(
                uniqueKeysWithValues: targets(count).map {
                    ($0, [.real(Float($0.object.instance))])
                }))
    }

    static func targets(_ count: Int) -> [ObjectProperty] {
        (1...count).map {
            ObjectProperty(ObjectIdentifier(.analogInput, UInt32($0)), .presentValue)
        }
    }
}

/// The greatest number that was seen.
final class Peak: Sendable {
    private let value = Mutex(0)

    var now: Int { value.withLock { $0 } }

    func see(_ number: Int) { value.withLock { $0 = max($0, number) } }
}
