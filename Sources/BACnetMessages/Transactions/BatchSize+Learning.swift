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
    ///   what it held; if most of the reply was texts, they are estimated at twice their size, and
    ///   values are requested as many at a time as before.
    /// - A reply with texts: their size, for the next estimate.
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
        if outcome.isTooGreat {
            return doubleTexts(of: batch) ? .askSmaller : halve(count, at: now)
        }
        switch outcome {
        case .reply(.readPropertyMultiple(let ack)):
            measureTexts(of: ack)
            answered(count)
            return .none
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

    /// - Returns: false if other values than texts make most of the reply, or texts are estimated
    ///   at a whole APDU already.
    private mutating func doubleTexts(of batch: ReadPropertyMultipleRequest) -> Bool {
        let references = batch.targets.map(\.reference)
        func octetCount(_ references: [PropertyReference]) -> Int {
            references.reduce(0) {
                $0 + ReplyEstimate.resultOctetCount($1, textOctetCount: textOctetCount)
            }
        }
        let texts = references.filter { ReplyEstimate.isText($0) }
        guard texts.count > 1, octetCount(texts) * 2 > octetCount(references),
            textOctetCount < octetCountMax
        else { return false }
        textOctetCount = min(textOctetCount * 2, octetCountMax)
        return true
    }

    /// The mean of a few texts varies; so the estimate grows at once, and shrinks by a quarter at
    /// a time.
    private mutating func measureTexts(of ack: ReadPropertyMultipleAck) {
        let counts = ack.parts.flatMap(\.results).compactMap { result -> Int? in
            guard ReplyEstimate.isText(result.reference), case .values(let values) = result.outcome,
                case .characters(let text)? = values.first
            else { return nil }
            return text.octets.count + BatchSize.textHeadOctetCount
        }
        guard counts.count >= BatchSize.textCountMin else { return }
        let mean = counts.reduce(0, +) / counts.count
        let wanted = mean + (mean + 3) / 4
        textOctetCount = min(max(wanted, textOctetCount - textOctetCount / 4), octetCountMax)
    }

    /// Tag, length and character set.
    private static let textHeadOctetCount = 4
    /// Fewer texts say little of the others.
    private static let textCountMin = 5

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
