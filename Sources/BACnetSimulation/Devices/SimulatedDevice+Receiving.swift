internal import BACnetIP
internal import BACnetMessages

extension SimulatedDevice {
    /// Takes a datagram; what cannot be read is passed over.
    mutating func receive(_ datagram: ReceivedDatagram, at now: Duration) -> [Action] {
        guard !isSilent(at: now), !dice.happens(faults.lostRequestRate) else {
            statistics.lostCount += 1
            return []
        }
        guard let message = try? BVLCMessage(decoding: datagram.octets),
            let octets = message.npdu
        else { return refuse(datagram) }
        var node = datagram.source
        var isUnicast = false
        switch message {
        case .originalUnicastNPDU: isUnicast = !datagram.isBroadcast
        case .originalBroadcastNPDU: break
        case .forwardedNPDU(let origin, _): node = origin
        default: return refuse(datagram)
        }
        guard let network = try? NPDU(decoding: octets), case .apdu(let octets) = network.content,
            network.destination.map({ $0.network == NetworkAddress.everyNetwork }) ?? true,
            let received = try? ReceivedAPDU(decoding: octets)
        else { return [] }
        let peer = DeviceAddress(node: node, station: network.source)
        return receive(
            received, from: peer, isUnicast: isUnicast && network.destination == nil, at: now)
    }

    /// Says no to what only a BBMD does; broadcasts get no answer.
    private func refuse(_ datagram: ReceivedDatagram) -> [Action] {
        guard !datagram.isBroadcast, let code = BVLCResultCode.refusal(of: datagram.octets) else {
            return []
        }
        return [.send(BVLCMessage.result(code).encoded, to: datagram.source)]
    }

    private mutating func receive(
        _ received: ReceivedAPDU, from peer: DeviceAddress, isUnicast: Bool, at now: Duration
    ) -> [Action] {
        switch received {
        case .unsupportedRequest(let invokeID, _, let segment):
            return isUnicast
                ? take(.unsupported(invokeID: invokeID, segment), from: peer, at: now) : []
        case .message(.confirmedRequest(let pdu)):
            return isUnicast ? take(.request(pdu), from: peer, at: now) : []
        case .message(.unconfirmedRequest(.whoIs(let request))):
            statistics.whoIsCount += 1
            return take(.whoIs(request), from: peer, at: now)
        case .message(.unconfirmedRequest(.whoHas(let request))):
            statistics.whoHasCount += 1
            return take(.whoHas(request), from: peer, at: now)
        case .message(.unconfirmedRequest), .timeSynchronization, .unsupportedUnconfirmedRequest:
            return []
        case .message(.segmentAck(let ack)) where !ack.byServer:
            return carry(out: answering.receive(ack, from: peer, at: now), at: now)
        case .message(.abort(let invokeID, _, byServer: false)):
            answering.receiveAbort(of: invokeID, from: peer)
            return []
        case .message(let apdu):
            guard let answers = notifying?.receive(apdu, from: peer, at: now) else { return [] }
            return carry(out: answers, at: now)
        }
    }
}
