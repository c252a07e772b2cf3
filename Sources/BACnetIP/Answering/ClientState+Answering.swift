internal import BACnetMessages

extension ClientState {
    /// Replies in segments that are under way at a time; one more is refused.
    private static let replyCountMax = 64
    /// To one source; a flood of questions must not become a flood of answers.
    private static let introductionInterval: Duration = .seconds(1)
    private static let introducedCountMax = 1_000

    /// Says who we are, to whoever asked alone.
    mutating func introduce(
        _ request: WhoIsRequest, to peer: DeviceAddress, at now: Duration
    ) -> [ClientEffect] {
        let device = configuration.device
        guard request.instances?.contains(device.instance) ?? true else { return [] }
        guard isDue(peer.node, at: now) else { return drop(.tooManyQuestions) }
        return send(.unconfirmedRequest(.iAm(device.introduction)), to: peer)
    }

    private mutating func isDue(_ node: IPv4Endpoint, at now: Duration) -> Bool {
        introductions = introductions.filter { $0.value + ClientState.introductionInterval > now }
        guard introductions[node] == nil, introductions.count < ClientState.introducedCountMax
        else { return false }
        introductions[node] = now
        return true
    }

    mutating func find(
        _ request: WhoHasRequest, for peer: DeviceAddress, at now: Duration
    ) -> [ClientEffect] {
        let device = configuration.device
        guard request.instances?.contains(device.instance) ?? true else { return [] }
        let isWanted: Bool
        switch request.wanted {
        case .object(let object): isWanted = object == device.object
        case .name(let name): isWanted = (try? name.text()) == device.name
        }
        guard isWanted else { return [] }
        guard isDue(peer.node, at: now) else { return drop(.tooManyQuestions) }
        let iHave = IHaveRequest(
            device: device.object, object: device.object, name: CharacterString(device.name))
        return send(.unconfirmedRequest(.iHave(iHave)), to: peer)
    }

    /// Answers a request that came to us alone.
    mutating func answer(
        _ pdu: RequestPDU, from peer: DeviceAddress, at now: Duration
    ) -> [ClientEffect] {
        guard pdu.segment == nil else {
            return send(
                .abort(invokeID: pdu.invokeID, .segmentationNotSupported, byServer: true), to: peer)
        }
        let request: ConfirmedRequest
        do throws(MessageError) {
            request = try ConfirmedRequest(pdu.service, decoding: pdu.octets)
        } catch {
            drop(.malformedApplication)
            return send(.reject(invokeID: pdu.invokeID, .invalidTag), to: peer)
        }
        switch request {
        case .readProperty(let request): return answer(request, pdu, from: peer, at: now)
        case .readPropertyMultiple(let request):
            return reply(.readPropertyMultiple(answer(request)), to: pdu, from: peer, at: now)
        case .covNotification(let notification):
            return acknowledge(notification, pdu, from: peer)
        case .readRange, .subscribeCOV, .subscribeCOVProperty:
            return send(.reject(invokeID: pdu.invokeID, .unrecognizedService), to: peer)
        }
    }

    private mutating func answer(
        _ request: ReadPropertyRequest, _ pdu: RequestPDU, from peer: DeviceAddress,
        at now: Duration
    ) -> [ClientEffect] {
        let device = configuration.device
        var outcome = ReadPropertyMultipleAck.Outcome.error(ErrorReply(.object, .unknownObject))
        if device.isMeant(by: request.target.object) {
            outcome = device.value(
                of: request.target.reference, patience: configuration.patience)
        }
        switch outcome {
        case .error(let error):
            return send(.error(invokeID: pdu.invokeID, .readProperty, error), to: peer)
        case .values(let values):
            let target = ObjectProperty(device.object, request.target.reference)
            return reply(
                .readProperty(ReadPropertyAck(target, values: values)), to: pdu, from: peer,
                at: now)
        }
    }

    private func answer(_ request: ReadPropertyMultipleRequest) -> ReadPropertyMultipleAck {
        let device = configuration.device
        return ReadPropertyMultipleAck(
            request.parts.map { part in
                let isOurs = device.isMeant(by: part.object)
                let results = part.references.flatMap(device.references).map { reference in
                    ReadPropertyMultipleAck.Result(
                        reference,
                        isOurs
                            ? device.value(of: reference, patience: configuration.patience)
                            : .error(ErrorReply(.object, .unknownObject)))
                }
                return ReadPropertyMultipleAck.Part(isOurs ? device.object : part.object, results)
            })
    }

    private mutating func reply(
        _ reply: ConfirmedReply, to pdu: RequestPDU, from peer: DeviceAddress, at now: Duration
    ) -> [ClientEffect] {
        var sender = ReplySender(reply, to: pdu)
        let messages = sender.start(at: now)
        let key = ReplyKey(peer: peer, invokeID: pdu.invokeID)
        replies[key] = nil
        if !sender.isFinished {
            guard replies.count < ClientState.replyCountMax else {
                return send(
                    .abort(invokeID: pdu.invokeID, .outOfResources, byServer: true), to: peer)
            }
            replies[key] = sender
        }
        return messages.flatMap { send($0, to: peer) }
    }

    /// Goes on with a reply in segments.
    mutating func acknowledge(
        _ ack: SegmentAck, from peer: DeviceAddress, at now: Duration
    ) -> [ClientEffect] {
        let key = ReplyKey(peer: peer, invokeID: ack.invokeID)
        guard var sender = replies[key] else { return drop(.unneeded) }
        let messages = sender.receive(ack, at: now)
        replies[key] = sender.isFinished ? nil : sender
        return messages.flatMap { send($0, to: peer) }
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
