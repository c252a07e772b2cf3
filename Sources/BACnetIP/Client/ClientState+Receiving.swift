internal import BACnetMessages

extension ClientState {
    /// Takes a datagram. Nothing in it is believed before it fits what was asked.
    mutating func receive(_ datagram: ReceivedDatagram, at now: Duration) -> [ClientEffect] {
        guard !isClosed, datagram.source != endpoint else { return [] }
        let message: BVLCMessage
        do throws(MessageError) {
            message = try BVLCMessage(decoding: datagram.octets)
        } catch {
            drop(.malformedLink)
            return refuse(datagram)
        }
        var node = datagram.source
        var isForwarded = false
        switch message {
        case .originalUnicastNPDU, .originalBroadcastNPDU: break
        case .forwardedNPDU(let origin, _):
            // Registered with one BBMD, nobody else's word for where a broadcast comes from counts;
            // without, it is one of our own subnet's, which speaks to everybody.
            let isFromManager =
                registration.map { $0.broadcastManager == datagram.source } ?? datagram.isBroadcast
            guard isFromManager, origin.isPossibleNode else { return drop(.spoofed) }
            node = origin
            isForwarded = true
            guard node != endpoint else { return [] }
        case .result(let code):
            return receive(code, from: datagram.source, at: now)
        case .readBroadcastDistributionTableAck, .readForeignDeviceTableAck:
            return drop(.unneeded)
        default: return refuse(datagram)
        }
        guard let octets = message.npdu else { return [] }
        let isUnicast =
            if case .originalUnicastNPDU = message { !datagram.isBroadcast } else { false }
        let way: Way = isForwarded ? .forwarded : isUnicast ? .alone : .everybody
        return receive(octets, from: node, by: way, at: now) + admit(at: now)
    }

    @discardableResult mutating func drop(_ reason: DroppedMessage) -> [ClientEffect] {
        droppedCounts[reason, default: 0] += 1
        return []
    }

    /// Says no to what only a BBMD does; broadcasts get no answer.
    private func refuse(_ datagram: ReceivedDatagram) -> [ClientEffect] {
        guard !datagram.isBroadcast, let code = BVLCResultCode.refusal(of: datagram.octets) else {
            return []
        }
        return [.send(BVLCMessage.result(code).encoded, to: datagram.source)]
    }

    private mutating func receive(
        _ code: BVLCResultCode, from source: IPv4Endpoint, at now: Duration
    ) -> [ClientEffect] {
        guard registration?.receive(code, from: source, at: now) == true else {
            return drop(.spoofed)
        }
        if code == .distributeBroadcastRefused { askAgainEverybody(at: now) }
        return advanceSearches(to: now)
    }

    /// How a message came to us.
    private enum Way {
        case alone, everybody
        /// A broadcast that a BBMD passed on: it says who sent it, and nothing proves that.
        case forwarded
    }

    private mutating func receive(
        _ octets: [UInt8], from node: IPv4Endpoint, by way: Way, at now: Duration
    ) -> [ClientEffect] {
        let message: NPDU
        do throws(MessageError) { message = try NPDU(decoding: octets) } catch {
            return drop(.malformedNetwork)
        }
        // A station here has no address of its own on another network.
        if let destination = message.destination, destination.network != NetworkAddress.everyNetwork
        {
            return drop(.notForUs)
        }
        let peer = DeviceAddress(node: node, station: message.source)
        switch message.content {
        case .networkMessage(let content): return receive(content, from: node, by: way, at: now)
        case .apdu(let octets):
            let heard: [ClientEffect] =
                hasPacketListener && way != .forwarded ? [.hearPacket(peer, nil)] : []
            return heard
                + receive(
                    apdu: octets, from: peer,
                    by: way == .alone && message.destination != nil ? .everybody : way, at: now)
        }
    }

    private mutating func receive(
        _ message: NetworkMessage, from node: IPv4Endpoint, by way: Way, at now: Duration
    ) -> [ClientEffect] {
        switch message {
        case .iAmRouterToNetwork(let networks):
            return networks.flatMap { hear(.router(network: $0, node), at: now) }
        // What holds back or ends questions is believed of the router itself alone, and a refusal
        // where it was meant for us.
        case .rejectMessageToNetwork where way != .alone,
            .routerBusyToNetwork where way == .forwarded,
            .routerAvailableToNetwork where way == .forwarded:
            return drop(.spoofed)
        case .rejectMessageToNetwork(let reason, let network):
            return carry(
                out: transactions.receive(rejected: network, reason: reason, from: node))
        case .routerBusyToNetwork(let networks):
            gate.close(networks, behind: node, until: now + ClientState.busyPause)
            return []
        case .routerAvailableToNetwork(let networks):
            gate.close(networks, behind: node, until: nil)
            return []
        default: return drop(.unneeded)
        }
    }

    /// A busy router that does not say when it is available again is tried after so long
    /// (clause 6.6.4).
    private static let busyPause: Duration = .seconds(30)

    private mutating func receive(
        apdu octets: [UInt8], from peer: DeviceAddress, by way: Way, at now: Duration
    ) -> [ClientEffect] {
        let received: ReceivedAPDU
        do throws(MessageError) { received = try ReceivedAPDU(decoding: octets) } catch {
            if way != .forwarded { transactions.receive(undecodable: octets, from: peer) }
            return drop(.malformedApplication)
        }
        switch received {
        case .unsupportedRequest(let invokeID, _, let segment):
            guard way == .alone else { return drop(.confirmedBroadcast) }
            return send(Answering.refusal(of: invokeID, segment), to: peer)
        case .timeSynchronization, .unsupportedUnconfirmedRequest: return drop(.unneeded)
        case .message(.unconfirmedRequest(let request)):
            return receive(request, from: peer, by: way, at: now)
        // A BBMD passes broadcasts on, and an answer is none.
        case .message where way == .forwarded: return drop(.spoofed)
        case .message(.confirmedRequest(let request)):
            guard way == .alone else { return drop(.confirmedBroadcast) }
            return answer(request, from: peer, at: now)
        case .message(.segmentAck(let ack)) where !ack.byServer:
            return acknowledge(ack, from: peer, at: now)
        case .message(.abort(let invokeID, _, byServer: false)):
            answering.receiveAbort(of: invokeID, from: peer)
            return []
        case .message(let apdu): return carry(out: transactions.receive(apdu, from: peer, at: now))
        }
    }

    private mutating func receive(
        _ request: UnconfirmedRequest, from peer: DeviceAddress, by way: Way, at now: Duration
    ) -> [ClientEffect] {
        switch request {
        case .iAm(let iAm):
            // What a device takes that is asked already is not for anybody else to say.
            if way != .forwarded || registration != nil || habits[peer] == nil {
                learn(iAm, of: peer)
            }
            let device = DiscoveredDevice(iAm, at: peer)
            let heard: [ClientEffect] = hasPacketListener ? [.hearPacket(peer, device)] : []
            return heard + hear(.device(device), at: now)
        case .iHave(let iHave): return hear(.object(FoundObject(iHave, at: peer)), at: now)
        case .covNotification(let notification):
            let sinks = subscribers(to: notification, from: peer)
            return sinks.isEmpty
                ? drop(.unknownSubscription) : sinks.map { .notify($0, notification) }
        // Whoever is named in a forwarded question may not have asked it: everybody is told.
        case .whoIs(let whoIs):
            return introduce(whoIs, to: way == .forwarded ? nil : peer, at: now)
        case .whoHas(let whoHas):
            return find(whoHas, for: way == .forwarded ? nil : peer, at: now)
        }
    }
}
