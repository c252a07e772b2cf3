import BACnetIP
import BACnetMessages
import Synchronization

/// A BACnet/IP node on loopback with devices whose object lists have faults.
final class OddDevice: Sendable {
    struct Faults: Sendable {
        var instances: [UInt32] = [1001]
        /// So many elements are in the reply to the whole list; nil for an error in place of it.
        var wholeCount: Int?
        /// Elements of the list that are an error.
        var holes: Set<UInt32> = []
        /// Requests for a name are not answered.
        var isSilentForNames = false
    }

    static let objectCount = 6

    private let transport: UDPTransport
    private let faults: Faults
    private let requests = Mutex(0)

    var requestCount: Int { requests.withLock { $0 } }
    var endpoint: IPv4Endpoint { transport.endpoint }

    init(at endpoint: IPv4Endpoint, _ faults: Faults) async throws {
        transport = try await UDPTransport.bind(
            endpoint, broadcast: IPv4Endpoint(127, 255, 255, 255, port: endpoint.port))
        self.faults = faults
        transport.start { [weak self] in self?.take($0) }
    }

    func close() async { await transport.close() }

    private func take(_ datagram: ReceivedDatagram) {
        guard let octets = (try? BVLCMessage(decoding: datagram.octets))?.npdu,
            case .apdu(let octets)? = (try? NPDU(decoding: octets))?.content,
            let received = try? ReceivedAPDU(decoding: octets)
        else { return }
        switch received {
        case .message(.unconfirmedRequest(.whoIs(let request))):
            for instance in faults.instances where request.instances?.contains(instance) ?? true {
                let iAm = IAmRequest(
                    device: ObjectIdentifier(.device, instance), maxAPDU: 480, segmentation: .none,
                    vendor: 999)
                send(.unconfirmedRequest(.iAm(iAm)), to: datagram.source)
            }
        case .message(.confirmedRequest(let pdu)):
            requests.withLock { $0 += 1 }
            if let reply = reply(to: pdu) { send(reply, to: datagram.source) }
        default: return
        }
    }

    private func send(_ apdu: APDU, to node: IPv4Endpoint) {
        transport.send(
            BVLCMessage.originalUnicastNPDU(NPDU(.apdu(apdu.encoded)).encoded).encoded, to: node)
    }

    private func reply(to pdu: RequestPDU) -> APDU? {
        guard pdu.service == .readProperty,
            let request = try? ReadPropertyRequest(decoding: pdu.octets)
        else { return .reject(invokeID: pdu.invokeID, .unrecognizedService) }
        if faults.isSilentForNames, request.target.reference.property == .objectName { return nil }
        guard let values = values(of: request.target) else {
            return .error(invokeID: pdu.invokeID, pdu.service, ErrorReply(.property, .other))
        }
        let ack = ConfirmedReply.readProperty(ReadPropertyAck(request.target, values: values))
        return .complexAck(
            ReplyPDU(invokeID: pdu.invokeID, service: pdu.service, octets: ack.encoded))
    }

    private func values(of target: ObjectProperty) -> [TaggedValue]? {
        let index = target.reference.index
        switch target.reference.property {
        case .objectList:
            let inputs = (1...UInt32(OddDevice.objectCount)).map {
                ObjectIdentifier(.analogInput, $0)
            }
            let list = [target.object] + inputs
            guard let index else {
                return faults.wholeCount.map { list.prefix($0).map { .object($0) } }
            }
            if index == 0 { return [.unsigned(UInt64(list.count))] }
            guard index <= list.count, !faults.holes.contains(index) else { return nil }
            return [.object(list[Int(index) - 1])]
        case .objectName: return [.characters(CharacterString("\(target.object)"))]
        case .vendorIdentifier: return [.unsigned(999)]
        default: return nil
        }
    }
}
