internal import BACnetIP
internal import BACnetMessages

extension SimulatedDevice {
    mutating func answer(
        _ question: Question, from peer: DeviceAddress, at now: Duration
    ) -> [Action] {
        if isSilent(at: now) { return [] }
        switch question {
        case .whoIs(let request):
            return carry(out: answering.introduce(objects, request, to: peer, at: now), at: now)
        case .whoHas(let request):
            return carry(out: answering.find(in: objects, request, for: peer, at: now), at: now)
        case .unsupported(let invokeID, let segment):
            return say(Answering.refusal(of: invokeID, segment), to: peer)
        case .request(let pdu):
            if let refusal = refusal(of: pdu) { return say(refusal, to: peer) }
            return carry(
                out: answering.answer(pdu, from: peer, of: objects, at: now), at: now)
        }
    }

    /// What a fault has it say instead of an answer.
    private mutating func refusal(of pdu: RequestPDU) -> APDU? {
        if dice.happens(faults.errorRate) {
            return .error(
                invokeID: pdu.invokeID, pdu.service, ErrorReply(.device, .operationalProblem))
        }
        if dice.happens(faults.rejectRate) { return .reject(invokeID: pdu.invokeID, .other) }
        if dice.happens(faults.abortRate) {
            return .abort(
                invokeID: pdu.invokeID, .preemptedByHigherPriorityTask, byServer: true)
        }
        return nil
    }

    mutating func carry(out actions: [Answering.Action], at now: Duration) -> [Action] {
        actions.flatMap { action -> [Action] in
            switch action {
            case .send(let apdu, let peer): return say(apdu, to: peer)
            case .sendToEverybody(let apdu):
                let isLost = dice.happens(faults.lostReplyRate)
                return isLost ? [] : [.sendToEverybody(apdu.datagramToEverybody())]
            case .handOver(let request, let pdu, let peer):
                return subscribe(request, pdu, from: peer, at: now)
            case .drop: return []
            }
        }
    }

    /// Sends, as far as the faults let it through.
    mutating func say(_ apdu: APDU, to peer: DeviceAddress) -> [Action] {
        if dice.happens(faults.lostReplyRate) { return [] }
        let isMisnumbered = dice.happens(faults.wrongInvokeIDRate)
        let said = Action.send(
            (isMisnumbered ? apdu.misnumbered() : apdu).datagram(to: peer), to: peer.node)
        return dice.happens(faults.duplicateRate) ? [said, said] : [said]
    }
}
