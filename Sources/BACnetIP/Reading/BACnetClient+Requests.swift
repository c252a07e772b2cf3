public import BACnetMessages

extension BACnetClient {
    /// Reads one property: a single value, or the values of a list or array. Waits for its turn.
    ///
    /// - Parameters:
    ///   - target: the property.
    ///   - device: its address.
    ///   - patience: the time-out and the tries; `nil` for the client's.
    ///   - urgency: whether it goes before routine requests that wait.
    /// - Throws: ``RequestFailure``; the device may well be there.
    public func readProperty(
        _ target: ObjectProperty, of device: DeviceAddress, patience: Patience? = nil,
        urgency: RequestUrgency = .routine
    ) async throws(RequestFailure) -> [TaggedValue] {
        let request = ConfirmedRequest.readProperty(ReadPropertyRequest(target))
        let answer = await ask(request, of: device, patience: patience, urgency: urgency)
        guard case .readProperty(let ack) = try answer.reply() else { throw answer.unexpected }
        return ack.values
    }

    /// Sends one request when it is its turn, and returns how it ended.
    func ask(
        _ request: ConfirmedRequest, of device: DeviceAddress, patience: Patience? = nil,
        urgency: RequestUrgency = .routine
    ) async -> Answer {
        let start = clock.uptime
        let patience = patience ?? configuration.patience
        let ending = await wait { state, ticket, now in
            state.ask(
                ticket, request, of: device, patience: patience, urgency: urgency, at: now)
        }
        return Answer(
            request: request, device: device, ending: ending, elapsed: clock.uptime - start,
            patience: patience, urgency: urgency)
    }
}

/// A question and how it ended.
struct Answer: Sendable {
    let request: ConfirmedRequest
    let device: DeviceAddress
    let ending: Ending
    let elapsed: Duration
    let patience: Patience
    let urgency: RequestUrgency

    /// The outcome of the request, if it was sent at all.
    var outcome: TransactionOutcome? {
        if case .outcome(let outcome, _) = ending { outcome } else { nil }
    }

    /// Nothing came, not even what could not be taken.
    var isSilence: Bool {
        if case .timedOut? = outcome { !failure.isAnswered } else { false }
    }

    func reply() throws(RequestFailure) -> ConfirmedReply {
        if case .reply(let reply)? = outcome { return reply }
        throw failure
    }

    func acknowledged() throws(RequestFailure) {
        guard case .acknowledged? = outcome else { throw failure }
    }

    var unexpected: RequestFailure { failure(.unexpectedReply) }

    var failure: RequestFailure {
        switch ending {
        case .failed(let reason): failure(reason, tries: 0)
        case .heard, .notRegistered: unexpected
        case .outcome(let outcome, let tries): failure(reason(of: outcome), tries: tries)
        }
    }

    private func reason(of outcome: TransactionOutcome) -> RequestFailure.Reason {
        switch outcome {
        case .reply, .acknowledged: .unexpectedReply
        case .error(let error): .error(error)
        case .reject(let reason): .reject(reason)
        case .abort(let reason): .abort(reason)
        case .replyTooLong: .replyTooLong
        case .timedOut(let dropped): .silence(lastDropped: dropped)
        case .unreachable(let reason): .unreachable(reason)
        }
    }

    private func failure(_ reason: RequestFailure.Reason, tries: Int = 1) -> RequestFailure {
        RequestFailure(
            device: device, request: request.words, tries: tries, elapsed: elapsed, reason: reason)
    }
}
