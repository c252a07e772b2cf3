/// When a smaller size was last learned or a greater one tried.
struct BatchProbe: Hashable, Sendable {
    var last: Duration?
}

/// Silence that comes with size: a device that answers small requests and not great ones.
struct BatchSilence: Hashable, Sendable {
    /// The least size that was not answered, while nothing of that size has been.
    var count: Int?
    /// True if something smaller has been answered since.
    var smallerAnswered = false
}

extension BatchSize {
    /// How long a learned size is kept before a greater one is tried.
    public static let probeInterval: Duration = .seconds(86_400)

    /// Learns from how a request of ``requests(for:)`` ended.
    ///
    /// - Too great for the device (Abort 1, 4, 11, Reject 1, 7), for a router or for us: half of
    ///   what it held.
    /// - Unknown service (Reject 9): ReadProperty from now on.
    /// - Silence: half, once a size has gone unanswered twice and something smaller was answered
    ///   between. A device that is away is silent to every size, and teaches nothing; an answer that
    ///   could not be taken is no silence.
    public mutating func learn(
        from outcome: TransactionOutcome, of request: ConfirmedRequest, at now: Duration
    ) -> Lesson {
        guard case .readPropertyMultiple(let batch) = request else {
            if case .readProperty = request, outcome.isAnswered { answered(1) }
            return .none
        }
        let count = batch.targets.count
        if outcome.isTooGreat { return halve(count, at: now) }
        switch outcome {
        case .reject(.unrecognizedService):
            usesReadProperty = true
            return .askSingly
        case .timedOut where !outcome.isAnswered: return unanswered(count, at: now)
        case .unreachable: return .none
        case .reply, .acknowledged, .error, .reject, .abort, .replyTooLong, .timedOut:
            answered(count)
            return .none
        }
    }

    /// Tries twice as much once a day. If it is too much, it is halved again.
    public mutating func probeUpward(at now: Duration) {
        guard propertyCountMax < propertyCountCeiling, let last = probe.last else {
            probe.last = now
            return
        }
        guard now - last >= BatchSize.probeInterval else { return }
        propertyCountMax = min(propertyCountCeiling, propertyCountMax * 2)
        probe.last = now
    }

    private mutating func halve(_ count: Int, at now: Duration) -> Lesson {
        propertyCountMax = max(1, min(propertyCountMax, count / 2))
        probe.last = now
        silence = BatchSilence()
        return .askSmaller
    }

    private mutating func answered(_ count: Int) {
        guard let silent = silence.count else { return }
        if count < silent {
            silence.smallerAnswered = true
        } else {
            silence = BatchSilence()
        }
    }

    private mutating func unanswered(_ count: Int, at now: Duration) -> Lesson {
        if let silent = silence.count, silence.smallerAnswered, count >= silent {
            return halve(count, at: now)
        }
        silence.count = min(silence.count ?? count, count)
        silence.smallerAnswered = false
        return .none
    }
}
