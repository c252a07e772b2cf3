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
    /// is put again in halves, so that one bad property costs only itself. When the device falls
    /// silent the rest is not asked, and fails with the same reason.
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
        let size = learn(of: device) { habits in
            habits.batch.probeUpward(at: now)
            return habits.batch
        }
        batches.resize(by: size)
        while let request = batches.next {
            let answer = await ask(request, of: device, patience: patience, urgency: urgency)
            await take(answer, into: &batches)
        }
        return batches.found
    }

    private func take(_ answer: Answer, into batches: inout PropertyBatches) async {
        let (lesson, size) = lesson(of: answer)
        if let reply = try? answer.reply() { return batches.take(reply, to: answer.request) }
        if lesson != .none {
            batches.pushBack(answer.request)
            return batches.resize(by: size)
        }
        let targets = answer.request.targets
        guard targets.count > 1 else { return batches.fail(answer) }
        if case .failed(.refused(.requestTooLong)) = answer.ending {
            // Meanwhile the device has said that it takes less.
            batches.pushBack(answer.request)
            return batches.resize(by: size)
        }
        guard answer.isSilence else {
            guard answer.failure.isAnswered else { return batches.fail(answer) }
            return batches.halve(answer.request)
        }
        // Away, or is it silent to questions of this size only? One property tells.
        let single = await ask(
            .readProperty(ReadPropertyRequest(targets[0])), of: answer.device,
            patience: answer.patience, urgency: answer.urgency)
        _ = self.lesson(of: single)
        if single.failure.isAnswered || (try? single.reply()) != nil {
            // It is there. What the single one taught may not say so, and less is asked all the same.
            batches.halve(answer.request)
        } else {
            batches.fail(answer)
        }
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
