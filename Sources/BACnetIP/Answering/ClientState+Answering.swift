internal import BACnetMessages

extension ClientState {
    /// Says who we are, to whoever asked alone; where that is not known to everybody.
    mutating func introduce(
        _ request: WhoIsRequest, to peer: DeviceAddress?, at now: Duration
    ) -> [ClientEffect] {
        carry(out: answering.introduce(ownObjects, request, to: peer, at: now))
    }

    mutating func find(
        _ request: WhoHasRequest, for peer: DeviceAddress?, at now: Duration
    ) -> [ClientEffect] {
        carry(out: answering.find(in: ownObjects, request, for: peer, at: now))
    }

    /// Answers a request that came to us alone.
    mutating func answer(
        _ pdu: RequestPDU, from peer: DeviceAddress, at now: Duration
    ) -> [ClientEffect] {
        carry(out: answering.answer(pdu, from: peer, of: ownObjects, at: now))
    }

    /// Goes on with a reply in segments.
    mutating func acknowledge(
        _ ack: SegmentAck, from peer: DeviceAddress, at now: Duration
    ) -> [ClientEffect] {
        carry(out: answering.receive(ack, from: peer, at: now))
    }

    private var ownObjects: OwnObjects {
        OwnObjects(of: configuration)
    }

    /// What the answering asks for, as effects.
    mutating func carry(out actions: [Answering.Action]) -> [ClientEffect] {
        actions.flatMap { action -> [ClientEffect] in
            switch action {
            case .send(let apdu, let peer): return send(apdu, to: peer)
            case .sendToEverybody(let apdu):
                return [broadcast(NPDU(.apdu(apdu.encoded), destination: .everywhere))]
            case .handOver(.covNotification(let notification), let pdu, let peer):
                return acknowledge(notification, pdu, from: peer)
            case .handOver: return []
            case .drop(let reason): return drop(reason)
            }
        }
    }

    private mutating func acknowledge(
        _ notification: COVNotification, _ pdu: RequestPDU, from peer: DeviceAddress
    ) -> [ClientEffect] {
        let sinks = subscribers(to: notification, from: peer)
        guard !sinks.isEmpty else {
            drop(.unknownSubscription)
            let error = ErrorReply(.services, .unknownSubscription)
            return send(.error(invokeID: pdu.invokeID, pdu.service, error), to: peer)
        }
        return send(.simpleAck(invokeID: pdu.invokeID, pdu.service), to: peer)
            + sinks.map { .notify($0, notification) }
    }
}
