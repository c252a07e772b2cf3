public import BACnetMessages

extension APDU {
    /// The datagram that brings it to one device, by way of its router where it has one.
    public func datagram(to peer: DeviceAddress) -> [UInt8] {
        let message = NPDU(
            .apdu(encoded), destination: peer.station, expectsReply: expectsReply)
        return BVLCMessage.originalUnicastNPDU(message.encoded).encoded
    }

    /// The datagram that brings it to everybody on every network.
    public func datagramToEverybody() -> [UInt8] {
        let message = NPDU(.apdu(encoded), destination: .everywhere)
        return BVLCMessage.originalBroadcastNPDU(message.encoded).encoded
    }

    /// Requests, and segments of an answer, which are acknowledged (clause 6.2.2).
    private var expectsReply: Bool {
        switch self {
        case .confirmedRequest: true
        case .complexAck(let reply): reply.segment != nil
        default: false
        }
    }
}
