public import BACnetMessages

extension Answering {
    /// The reply to a request for a service that is not supported. A part of one is refused because
    /// it is a part: with Reject the sender would send the rest.
    public static func refusal(of invokeID: UInt8, _ segment: MessageSegment?) -> APDU {
        segment == nil
            ? .reject(invokeID: invokeID, .unrecognizedService)
            : .abort(invokeID: invokeID, .segmentationNotSupported, byServer: true)
    }

    /// Answers a request that came to us alone.
    public mutating func answer(
        _ pdu: RequestPDU, from peer: DeviceAddress, of objects: some DeviceObjects,
        at now: Duration
    ) -> [Action] {
        let invokeID = pdu.invokeID
        guard pdu.segment == nil else {
            return [
                .send(
                    .abort(invokeID: invokeID, .segmentationNotSupported, byServer: true), to: peer)
            ]
        }
        let request: ConfirmedRequest
        do throws(MessageError) {
            request = try ConfirmedRequest(pdu.service, decoding: pdu.octets)
        } catch {
            return [
                .drop(.malformedApplication),
                .send(.reject(invokeID: invokeID, .invalidTag), to: peer),
            ]
        }
        guard limits.services.contains(pdu.service) else {
            return [.send(.reject(invokeID: invokeID, .unrecognizedService), to: peer)]
        }
        switch request {
        case .readProperty(let request): return answer(request, pdu, peer, objects, now)
        case .readPropertyMultiple(let request):
            guard let ack = answer(request, objects, now) else {
                return [
                    .send(.abort(invokeID: invokeID, .bufferOverflow, byServer: true), to: peer)
                ]
            }
            return reply(.readPropertyMultiple(ack), to: pdu, from: peer, at: now)
        case .readRange(let request): return answer(request, pdu, peer, objects, now)
        case .covNotification, .subscribeCOV, .subscribeCOVProperty:
            return [.handOver(request, pdu, from: peer)]
        }
    }

    /// Goes on with a reply in segments.
    public mutating func receive(
        _ ack: SegmentAck, from peer: DeviceAddress, at now: Duration
    ) -> [Action] {
        let key = ReplyKey(peer: peer, invokeID: ack.invokeID)
        guard var sender = replies[key] else { return [.drop(.unneeded)] }
        let messages = sender.receive(ack, at: now)
        replies[key] = sender.isFinished ? nil : sender
        return messages.map { .send($0, to: peer) }
    }

    /// The other side broke a reply off.
    public mutating func receiveAbort(of invokeID: UInt8, from peer: DeviceAddress) {
        replies[ReplyKey(peer: peer, invokeID: invokeID)] = nil
    }
}

extension Answering {
    private mutating func answer(
        _ request: ReadPropertyRequest, _ pdu: RequestPDU, _ peer: DeviceAddress,
        _ objects: some DeviceObjects, _ now: Duration
    ) -> [Action] {
        let object = objects.resolved(request.target.object)
        let reference = request.target.reference
        switch outcome(of: reference, of: object, objects, now) {
        case .error(let error):
            return [.send(.error(invokeID: pdu.invokeID, pdu.service, error), to: peer)]
        case .values(let values):
            let target = ObjectProperty(object ?? request.target.object, reference)
            return reply(
                .readProperty(ReadPropertyAck(target, values: values)), to: pdu, from: peer, at: now
            )
        }
    }

    /// `nil` where more is asked for than one answer can have.
    private func answer(
        _ request: ReadPropertyMultipleRequest, _ objects: some DeviceObjects, _ now: Duration
    ) -> ReadPropertyMultipleAck? {
        var parts: [ReadPropertyMultipleAck.Part] = []
        var count = 0
        for part in request.parts {
            let object = objects.resolved(part.object)
            let wanted = part.references.flatMap { references(of: $0, of: object, objects) }
            count += wanted.count
            guard count <= limits.resultCountMax else { return nil }
            let results = wanted.map { reference in
                ReadPropertyMultipleAck.Result(
                    reference, outcome(of: reference, of: object, objects, now))
            }
            parts.append(ReadPropertyMultipleAck.Part(object ?? part.object, results))
        }
        return ReadPropertyMultipleAck(parts)
    }

    /// The properties that a reference means: those of a selection, or the one that it names.
    private func references(
        of reference: PropertyReference, of object: ObjectIdentifier?, _ objects: some DeviceObjects
    ) -> [PropertyReference] {
        guard let selection = PropertySelection(reference.property), let object else {
            return [reference]
        }
        return objects.properties(of: object, in: selection).map { PropertyReference($0) }
    }

    private func outcome(
        of reference: PropertyReference, of object: ObjectIdentifier?,
        _ objects: some DeviceObjects, _ now: Duration
    ) -> ReadPropertyMultipleAck.Outcome {
        guard let object else { return .error(ErrorReply(.object, .unknownObject)) }
        return objects.content(of: reference.property, of: object, at: now)?
            .outcome(at: reference.index) ?? .error(ErrorReply(.property, .unknownProperty))
    }

    private mutating func answer(
        _ request: ReadRangeRequest, _ pdu: RequestPDU, _ peer: DeviceAddress,
        _ objects: some DeviceObjects, _ now: Duration
    ) -> [Action] {
        guard let object = objects.resolved(request.target.object) else {
            let error = ErrorReply(.object, .unknownObject)
            return [.send(.error(invokeID: pdu.invokeID, pdu.service, error), to: peer)]
        }
        var request = request
        request.target.object = object
        // Parts are cut so that no segments are needed: the next part is a question away.
        let octetCountMax =
            min(pdu.replySize.octetCount, limits.reply.octetCountMax)
            - ReplySender.wholeHeadOctetCount
        switch objects.range(request, octetCountMax: octetCountMax, at: now) {
        case .success(let ack): return reply(.readRange(ack), to: pdu, from: peer, at: now)
        case .failure(let refusal):
            return [.send(.error(invokeID: pdu.invokeID, pdu.service, refusal.reply), to: peer)]
        }
    }

    private mutating func reply(
        _ reply: ConfirmedReply, to pdu: RequestPDU, from peer: DeviceAddress, at now: Duration
    ) -> [Action] {
        var sender = ReplySender(reply, to: pdu, limits: limits.reply)
        let messages = sender.start(at: now)
        let key = ReplyKey(peer: peer, invokeID: pdu.invokeID)
        replies[key] = nil
        if !sender.isFinished {
            guard replies.count < limits.replyCountMax else {
                let refusal = APDU.abort(
                    invokeID: pdu.invokeID, .outOfResources, byServer: true)
                return [.send(refusal, to: peer)]
            }
            replies[key] = sender
        }
        return messages.map { .send($0, to: peer) }
    }
}
