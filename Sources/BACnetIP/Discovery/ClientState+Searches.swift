internal import BACnetMessages

extension ClientState {
    mutating func begin(_ ticket: Ticket, _ search: Search, at now: Duration) -> [ClientEffect] {
        guard !isClosed else { return [.end(ticket, .failed(.closed))] }
        searches[ticket] = search
        return advanceSearches(to: now)
    }

    /// Asks what is due to be asked, and ends what has waited long enough.
    mutating func advanceSearches(to now: Duration) -> [ClientEffect] {
        searches.keys.sorted().flatMap { ticket -> [ClientEffect] in
            guard var search = searches[ticket] else { return [] }
            if let end = search.end {
                guard end <= now else { return [] }
                searches[ticket] = nil
                return [.end(ticket, .heard(search.heard))]
            }
            guard search.nextQuestion <= now else { return [] }
            if let registration, registration.state != .registered, search.needsBroadcast {
                // Nobody would hear it. The BBMD's answer leads here again.
                let isPatient = search.wait(at: now)
                searches[ticket] = isPatient ? search : nil
                return isPatient ? [] : [.end(ticket, .notRegistered(registration.state))]
            }
            let question = search.take(at: now)
            searches[ticket] = search
            return [send(question, to: search.audience)]
        }
    }

    /// What was asked of everybody was asked of nobody.
    mutating func askAgainEverybody(at now: Duration) {
        for ticket in searches.keys where searches[ticket]!.needsBroadcast {
            searches[ticket]!.beginAgain(at: now)
        }
    }

    private func send(_ question: Search.Question, to audience: Audience) -> ClientEffect {
        let content: NPDU.Content =
            switch question {
            case .whoIs(let request): .apdu(APDU.unconfirmedRequest(.whoIs(request)).encoded)
            case .whoHas(let request): .apdu(APDU.unconfirmedRequest(.whoHas(request)).encoded)
            case .whoIsRouter(let network): .networkMessage(.whoIsRouterToNetwork(network))
            }
        // Messages of the network layer stay on our own network: it is its routers that answer.
        let isLocal = if case .networkMessage = content { true } else { false }
        switch audience {
        case .everybody:
            return broadcast(NPDU(content, destination: isLocal ? nil : .everywhere))
        case .localNetwork: return broadcast(NPDU(content))
        case .network(let network, let router):
            let destination = NetworkAddress(network: network, station: [])
            return unicast(NPDU(content, destination: isLocal ? nil : destination), to: router)
        case .device(let device):
            return unicast(NPDU(content, destination: device.station), to: device.node)
        }
    }

    private func unicast(_ message: NPDU, to node: IPv4Endpoint) -> ClientEffect {
        .send(BVLCMessage.originalUnicastNPDU(message.encoded).encoded, to: node)
    }

    /// By the BBMD, where we are a foreign device; it does not send our own broadcasts back.
    func broadcast(_ message: NPDU) -> ClientEffect {
        guard let registration else {
            return .send(
                BVLCMessage.originalBroadcastNPDU(message.encoded).encoded, to: broadcastEndpoint)
        }
        return .send(
            BVLCMessage.distributeBroadcastToNetwork(npdu: message.encoded).encoded,
            to: registration.broadcastManager)
    }

    /// Gives an answer to the searches that want it.
    mutating func hear(_ message: HeardMessage, at now: Duration) -> [ClientEffect] {
        var effects: [ClientEffect] = []
        for ticket in searches.keys where searches[ticket]!.wants(message) {
            guard searches[ticket]!.heard.count < configuration.deviceCountMax else {
                drop(.tooManyDevices)
                continue
            }
            if searches[ticket]!.add(message, at: now) { effects.append(.hear(ticket, message)) }
        }
        return effects + advanceSearches(to: now)
    }
}

extension Search {
    /// True unless one node alone is asked.
    fileprivate var needsBroadcast: Bool {
        switch audience {
        case .everybody, .localNetwork: true
        case .network, .device: false
        }
    }
}
