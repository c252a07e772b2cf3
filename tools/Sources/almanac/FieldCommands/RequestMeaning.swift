import BACnetMessages
import TimeSeriesModel

/// What services ask and answer, in a few words.
enum RequestMeaning {
    static func name(_ service: ConfirmedService) -> String {
        switch service {
        case .confirmedCOVNotification: "confirmed-cov-notification"
        case .subscribeCOV: "subscribe-cov"
        case .readProperty: "read-property"
        case .readPropertyMultiple: "read-property-multiple"
        case .readRange: "read-range"
        case .subscribeCOVProperty: "subscribe-cov-property"
        }
    }

    static func text(_ request: RequestPDU) -> String {
        let name = name(request.service)
        if let segment = request.segment { return "\(name), segment \(segment.sequenceNumber)" }
        do throws(MessageError) {
            return
                "\(name) \(text(try ConfirmedRequest(request.service, decoding: request.octets)))"
        } catch {
            return "\(name) that cannot be read: \(error)"
        }
    }

    static func text(_ reply: ReplyPDU) -> String {
        let name = name(reply.service)
        if let segment = reply.segment {
            let rest = segment.moreFollow ? ", more follow" : ", the last"
            return "\(name), segment \(segment.sequenceNumber)\(rest)"
        }
        do throws(MessageError) {
            return "\(name) \(text(try ConfirmedReply(reply.service, decoding: reply.octets)))"
        } catch {
            return "\(name) that cannot be read: \(error)"
        }
    }

    static func text(_ request: UnconfirmedRequest) -> String {
        switch request {
        case .iAm(let iAm):
            return "i-am \(iAm.device), max APDU \(iAm.maxAPDU), segmentation \(iAm.segmentation), "
                + "vendor \(iAm.vendor)"
        case .iHave(let iHave):
            return "i-have \(iHave.object) of \(iHave.device) "
                + ValueText.text(.characters(iHave.name))
        case .covNotification(let notification):
            return "unconfirmed-cov-notification \(text(notification))"
        case .whoHas(let whoHas):
            switch whoHas.wanted {
            case .object(let object): return "who-has \(object)"
            case .name(let name): return "who-has \(ValueText.text(.characters(name)))"
            }
        case .whoIs(let whoIs):
            return "who-is "
                + (whoIs.instances.map { "\($0.low) to \($0.high)" } ?? "anybody")
        }
    }

    static func text(_ notification: COVNotification) -> String {
        let values = notification.values
            .map { "\($0.reference) = \(ValueText.text($0.values))" }.joined(separator: ", ")
        return "\(notification.object) of \(notification.device): \(values)"
    }

    private static func text(_ request: ConfirmedRequest) -> String {
        switch request {
        case .covNotification(let notification): text(notification)
        case .subscribeCOV(let request): "\(request.object)\(text(request.terms))"
        case .subscribeCOVProperty(let request): "\(request.target)\(text(request.terms))"
        case .readProperty(let request): "\(request.target)"
        case .readPropertyMultiple(let request): list(request.targets.map { "\($0)" })
        case .readRange(let request): "\(request.target) \(text(request.range))"
        }
    }

    private static func text(_ terms: SubscriptionTerms?) -> String {
        guard let terms else { return ", cancelled" }
        let lifetime = terms.lifetimeSeconds.map { "for \($0) s" } ?? "for ever"
        return " \(lifetime), \(terms.isConfirmed ? "confirmed" : "unconfirmed")"
    }

    private static func text(_ range: ReadRangeRequest.Range) -> String {
        switch range {
        case .all: "all"
        case .byPosition(let position, let count): "from position \(position), \(count)"
        case .bySequence(let number, let count): "from sequence number \(number), \(count)"
        case .byTime(let time, let count): "from \(ValueText.text(time)), \(count)"
        }
    }

    private static func text(_ reply: ConfirmedReply) -> String {
        switch reply {
        case .readProperty(let ack): "\(ack.target) = \(ValueText.text(ack.values))"
        case .readPropertyMultiple(let ack):
            list(
                ack.parts.flatMap { part in
                    part.results.map { "\(part.object) \($0.reference) = \(text($0.outcome))" }
                })
        case .readRange(let ack):
            "\(ack.target), \(NumberText.count(Int(ack.itemCount), of: "item"))"
                + (ack.moreFollow ? ", more follow" : "")
        }
    }

    private static func text(_ outcome: ReadPropertyMultipleAck.Outcome) -> String {
        switch outcome {
        case .values(let values): ValueText.text(values)
        case .error(let error): "error \(error)"
        }
    }

    /// The first of several, and how many there are.
    private static func list(_ texts: [String]) -> String {
        texts.count < 2 ? texts.joined() : "\(texts.count) properties, \(texts[0]) first"
    }
}
