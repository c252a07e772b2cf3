extension ConfirmedRequest {
    /// True if the reply speaks of what was asked, and of no more.
    ///
    /// Devices and caches between them answer old questions, and some panels answer with another
    /// point's value: what is echoed must be what was asked.
    public func isAnswered(by reply: ConfirmedReply) -> Bool {
        switch (self, reply) {
        case (.readProperty(let request), .readProperty(let ack)):
            request.target.isMeant(by: ack.target)
        case (.readPropertyMultiple(let request), .readPropertyMultiple(let ack)):
            request.isAnswered(by: ack)
        case (.readRange(let request), .readRange(let ack)):
            request.target.isMeant(by: ack.target)
                && Int(ack.itemCount) <= request.range.itemCountMax ?? .max
        default: false
        }
    }

    /// True for services whose answer has no content.
    var isAnsweredWithoutContent: Bool {
        switch self {
        case .covNotification, .subscribeCOV, .subscribeCOVProperty: true
        case .readProperty, .readPropertyMultiple, .readRange: false
        }
    }
}

extension ObjectProperty {
    /// A question to "whichever device you are" is answered with the device's own number.
    fileprivate func isMeant(by answer: ObjectProperty) -> Bool {
        answer.reference == reference && object.isMeant(by: answer.object)
    }
}

extension ObjectIdentifier {
    fileprivate func isMeant(by answer: ObjectIdentifier) -> Bool {
        answer == self
            || (type == .device && instance == ObjectIdentifier.wildcardInstance
                && answer.type == .device)
    }
}

extension ReadPropertyMultipleRequest {
    /// Every result must have been asked for, as often as it comes; they may be fewer, and in
    /// another order. Where a part asks for all, required or optional properties, any property of
    /// that object was asked for.
    fileprivate func isAnswered(by ack: ReadPropertyMultipleAck) -> Bool {
        var counts = Dictionary(targets.map { ($0, 1) }, uniquingKeysWith: +)
        let selected = parts.filter { $0.references.contains { $0.property.isSelection } }
        return ack.parts.allSatisfy { part in
            if selected.contains(where: { $0.object.isMeant(by: part.object) }) { return true }
            let wildcard = ObjectIdentifier(part.object.type, ObjectIdentifier.wildcardInstance)
            let names = wildcard.isMeant(by: part.object) ? [part.object, wildcard] : [part.object]
            return part.results.allSatisfy { result in
                let candidates = names.map { ObjectProperty($0, result.reference) }
                guard let target = candidates.first(where: { counts[$0, default: 0] > 0 })
                else { return false }
                counts[target, default: 0] -= 1
                return true
            }
        }
    }
}
