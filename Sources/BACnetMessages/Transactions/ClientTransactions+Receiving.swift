extension ClientTransactions {
    /// Takes an answer. Requests, and what a device says as a client of ours, are none: they are
    /// passed over.
    ///
    /// - Parameters:
    ///   - apdu: what came.
    ///   - peer: where it came from: the node, and the station that the NPDU names.
    ///   - now: on the owner's clock, like all times here.
    /// - Returns: what is to be done, in this order.
    public mutating func receive(
        _ apdu: APDU, from peer: DeviceAddress, at now: Duration
    ) -> [TransactionAction] {
        switch apdu {
        case .simpleAck(let invokeID, let service):
            guard let key = question(invokeID, of: peer) else { return [] }
            guard let request = open[key]?.request, request.service == service,
                request.isAnsweredWithoutContent
            else { return drop(.otherService, for: key) }
            return finish(key, .acknowledged)
        case .complexAck(let reply):
            guard let key = question(reply.invokeID, of: peer) else {
                return reply.segment == nil ? [] : refuse(reply.invokeID, of: peer, at: now)
            }
            guard open[key]?.request.service == reply.service else {
                return drop(.otherService, for: key)
            }
            guard let segment = reply.segment else { return take(reply.octets, for: key) }
            return take(segment, of: reply, for: key, at: now)
        case .error(let invokeID, let service, let error):
            guard let key = question(invokeID, of: peer) else { return [] }
            guard open[key]?.request.service == service else {
                return drop(.otherService, for: key)
            }
            return finish(key, .error(error))
        case .reject(let invokeID, let reason):
            guard let key = question(invokeID, of: peer) else { return [] }
            return finish(key, .reject(reason))
        case .abort(let invokeID, let reason, byServer: true):
            guard let key = question(invokeID, of: peer) else { return [] }
            return finish(key, .abort(reason))
        case .confirmedRequest, .unconfirmedRequest, .segmentAck, .abort: return []
        }
    }

    /// Counts an answer that could not be decoded, from the octets behind its network addresses, so
    /// that a question that fails because of it can say so.
    public mutating func receive(undecodable apdu: [UInt8], from peer: DeviceAddress) {
        guard apdu.count >= 2, (2...7).contains(apdu[0] >> 4),
            let key = question(apdu[1], of: peer)
        else { return }
        _ = drop(.malformed, for: key)
    }

    /// Ends every question to a network that a router does not reach.
    public mutating func receive(
        rejected network: UInt16, reason: NetworkRejectReason, from router: IPv4Endpoint
    ) -> [TransactionAction] {
        let keys = open.filter { key, _ in
            key.peer.node == router && key.peer.station?.network == network
        }
        return keys.sorted { $0.value.id.rawValue < $1.value.id.rawValue }
            .flatMap { finish($0.key, .unreachable(reason)) }
    }

    /// Tells the sender of a segment that belongs to no open question to stop (clause 5.4.4.1).
    ///
    /// Segments with a forged source must not make this a source of messages to others: only a
    /// device that was asked a short time ago is told, and only so often.
    private mutating func refuse(
        _ invokeID: UInt8, of peer: DeviceAddress, at now: Duration
    ) -> [TransactionAction] {
        guard let known = peers[peer],
            now - known.lastAsked <= ClientTransactions.refusalMemory,
            known.lastRefusal.map({ now - $0 >= ClientTransactions.refusalInterval }) ?? true
        else { return [] }
        peers[peer]?.lastRefusal = now
        return [
            .send(.abort(invokeID: invokeID, .invalidAPDUInThisState, byServer: false), to: peer)
        ]
    }

    /// How long after a question a device is told that its segments belong to nothing.
    private static let refusalMemory: Duration = .seconds(60)
    /// To one device.
    private static let refusalInterval: Duration = .seconds(1)

    private mutating func question(_ invokeID: UInt8, of peer: DeviceAddress) -> Key? {
        let key = Key(peer: peer, invokeID: invokeID)
        if open[key] != nil { return key }
        droppedCounts[.unasked, default: 0] += 1
        return nil
    }

    private mutating func drop(_ reason: DroppedReply, for key: Key) -> [TransactionAction] {
        droppedCounts[reason, default: 0] += 1
        open[key]?.lastDropped = reason
        return []
    }

    /// Takes the content of a whole reply.
    private mutating func take(_ octets: [UInt8], for key: Key) -> [TransactionAction] {
        guard let request = open[key]?.request else { return [] }
        do throws(MessageError) {
            let reply = try ConfirmedReply(request.service, decoding: octets)
            guard request.isAnswered(by: reply) else { return drop(.otherContent, for: key) }
            return finish(key, .reply(reply))
        } catch {
            return drop(.malformed, for: key)
        }
    }

    private mutating func take(
        _ segment: MessageSegment, of reply: ReplyPDU, for key: Key, at now: Duration
    ) -> [TransactionAction] {
        guard var assembly = open[key]?.assembly ?? ReplyAssembly(first: reply, limits: limits)
        else { return drop(.outOfOrder, for: key) }
        let step = assembly.take(segment, reply.octets)
        if case .dropped = step {} else { open[key]?.deadline = now + limits.segmentTimeout * 4 }
        open[key]?.assembly = assembly
        switch step {
        case .taken: return []
        case .acknowledge(let ack): return [.send(.segmentAck(ack), to: key.peer)]
        case .dropped(let ack):
            _ = drop(.outOfOrder, for: key)
            return ack.map { [.send(.segmentAck($0), to: key.peer)] } ?? []
        case .tooLong:
            rest(key, at: now)
            let abort = APDU.abort(invokeID: key.invokeID, .bufferOverflow, byServer: false)
            return [.send(abort, to: key.peer)] + finish(key, .replyTooLong)
        case .whole(let ack, let octets):
            // The sender is done: if its reply is none of ours, the question is put again.
            let timeout = open[key]?.patience.timeout ?? .zero
            open[key]?.assembly = nil
            open[key]?.deadline = now + timeout
            return [.send(.segmentAck(ack), to: key.peer)] + take(octets, for: key)
        }
    }
}
