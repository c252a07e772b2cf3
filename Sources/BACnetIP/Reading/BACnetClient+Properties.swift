public import BACnetMessages

/// What came of one property of several that were asked for.
public enum PropertyOutcome: Hashable, Sendable {
    case values([TaggedValue])
    /// The device's word for this property alone.
    case error(ErrorReply)
    /// There was no answer about it.
    case failure(RequestFailure)
}

extension BACnetClient {
    /// Many properties of a device, with as few requests as it can take, one after the other.
    ///
    /// How much it takes is learned and kept: half as much after an answer that was too great,
    /// ReadProperty for a device without ReadPropertyMultiple. A request that is refused as a whole
    /// is put again in halves, so that one bad property costs only itself, also one to which the device
    /// never replies: such a property is left out for an hour, and fails as `unanswered` meanwhile.
    /// When the device falls silent the rest is not asked, and fails with the same reason.
    ///
    /// - Parameters:
    ///   - targets: each has its outcome; one that is named twice is asked once. All, required and
    ///     optional name no property and are not asked: a device's answer to them is of any size.
    ///   - device: its address.
    ///   - patience: for each request; `nil` for the client's.
    ///   - urgency: whether its requests go before routine ones that wait: also between the requests
    ///     of another call that reads many properties.
    public func readProperties(
        _ targets: [ObjectProperty], of device: DeviceAddress, patience: Patience? = nil,
        urgency: RequestUrgency = .routine
    ) async -> [ObjectProperty: PropertyOutcome] {
        var batches = PropertyBatches(targets, of: device)
        let now = clock.uptime
        let (size, unanswered) = learn(of: device) { habits in
            habits.batch.probeUpward(at: now)
            return (habits.batch, habits.unanswered(among: targets, at: now))
        }
        batches.separate(resting: unanswered.resting, due: unanswered.due, by: size)
        while let request = batches.next {
            var limits = patience ?? configuration.patience
            let isDue = request.targets.count == 1 && unanswered.due.contains(request.targets[0])
            // That the device replies is known: what is silent is looked for with fewer tries.
            if batches.isIsolating { limits.retryCount = min(limits.retryCount, 1) }
            if isDue { limits.retryCount = 0 }
            let answer = await ask(request, of: device, patience: limits, urgency: urgency)
            await take(answer, into: &batches)
            if isDue, !answer.isSilence {
                learn(of: device) { $0.noteAnswered(request.targets[0]) }
            }
        }
        return batches.found
    }

    /// Whether a device that was silent to a request replies to others.
    private func replies(
        _ answer: Answer
    ) async -> Bool {
        let targets = answer.request.targets
        var patience = answer.patience
        var candidates = [targets[0], targets[targets.count - 1]]
        if let answered = learn(of: answer.device, { $0.answered }) {
            guard targets != [answered] else { return false }
            candidates = [answered]
            if targets.count == 1 { patience.retryCount = 0 }
        } else if targets.count == 1 {
            return false
        }
        for target in candidates {
            let single = await ask(
                .readProperty(ReadPropertyRequest(target)), of: answer.device, patience: patience,
                urgency: answer.urgency)
            _ = lesson(of: single)
            if (try? single.reply()) != nil {
                learn(of: answer.device) { $0.answered = target }
                return true
            }
            if single.failure.isAnswered { return true }
            guard single.isSilence else { return false }
            patience.retryCount = 0
        }
        return false
    }

    private func take(_ answer: Answer, into batches: inout PropertyBatches) async {
        let before = learn(of: answer.device) { $0.batch }
        let (lesson, size) = lesson(of: answer)
        if answer.isSilence {
            batches.sizeBeforeSilence = batches.sizeBeforeSilence ?? before
        } else if lesson != .none {
            batches.sizeBeforeSilence = nil
        }
        if let reply = try? answer.reply() {
            if let first = answer.request.targets.first {
                learn(of: answer.device) { $0.answered = first }
            }
            return batches.take(reply, to: answer.request)
        }
        if lesson != .none {
            batches.pushBack(answer.request)
            return batches.resize(by: size)
        }
        let targets = answer.request.targets
        guard targets.count > 1 else {
            guard answer.isSilence, await replies(answer) else {
                return batches.fail(answer)
            }
            batches.leaveOut(
                targets[0], tries: answer.failure.tries, elapsed: answer.elapsed)
            let now = clock.uptime
            let sound = batches.sizeBeforeSilence
            learn(of: answer.device) { habits in
                habits.noteUnanswered(targets[0], at: now)
                // Silence came with this property, and not with the size of requests.
                habits.batch = sound ?? habits.batch
            }
            return
        }
        if case .failed(.refused(.requestTooLong)) = answer.ending {
            // Meanwhile the device has said that it takes less.
            batches.pushBack(answer.request)
            return batches.resize(by: size)
        }
        guard answer.isSilence else {
            guard answer.failure.isAnswered else { return batches.fail(answer) }
            return batches.halve(answer.request)
        }
        // Away, or silent to requests of this size or with one of these properties?
        guard await replies(answer) else { return batches.fail(answer) }
        batches.halve(answer.request, isSilent: true)
    }

    private func lesson(of answer: Answer) -> (BatchSize.Lesson, BatchSize) {
        let now = clock.uptime
        return learn(of: answer.device) { habits in
            guard let outcome = answer.outcome else { return (.none, habits.batch) }
            let lesson = habits.batch.learn(from: outcome, of: answer.request, at: now)
            return (lesson, habits.batch)
        }
    }
}

extension ConfirmedRequest {
    /// The properties that a reading request asks for.
    package var targets: [ObjectProperty] {
        switch self {
        case .readProperty(let request): [request.target]
        case .readPropertyMultiple(let request): request.targets
        default: []
        }
    }
}
