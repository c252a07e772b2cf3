import BACnetMessages

/// Says of a decoded message what the dissector of the captures says, in its words and order: the
/// kind of message, service, invoke id, and every object and property that it names.
enum DissectorLine {
    static func line(_ link: BVLCMessage) -> String? {
        let function: String? =
            switch link {
            case .result: "BVLC-Result"
            case .readBroadcastDistributionTable: "Read-Broadcast-Distribution-Table"
            case .readBroadcastDistributionTableAck: "Read-Broadcast-Distribution-Table-Ack"
            case .registerForeignDevice: "Register-Foreign-Device"
            case .readForeignDeviceTable: "Read-Foreign-Device-Table"
            case .readForeignDeviceTableAck: "Read-Foreign-Device-Table-Ack"
            default: nil
            }
        return function.map { "BACnet Virtual Link Control BVLC Function \($0)" }
    }

    static func line(_ message: NetworkMessage) -> String {
        switch message {
        case .whoIsRouterToNetwork: "Who-Is-Router-To-Network"
        case .iAmRouterToNetwork: "I-Am-Router-To-Network"
        default: "\(message)"
        }
    }

    static func line(_ request: UnconfirmedRequest) -> String {
        let named: [String] =
            switch request {
            case .iAm(let iAm): ["i-Am", "\(iAm.device)"]
            case .iHave(let iHave): ["i-Have", "\(iHave.device)", "\(iHave.object)"]
            case .covNotification(let notification):
                ["unconfirmedCOVNotification"] + names(notification)
            case .whoHas: ["who-Has"]
            case .whoIs: ["who-Is"]
            }
        return "Unconfirmed-REQ " + named.joined(separator: " ")
    }

    static func line(_ pdu: RequestPDU, _ request: ConfirmedRequest) -> String {
        let named: [String] =
            switch request {
            case .covNotification(let notification): names(notification)
            case .subscribeCOV(let request): ["\(request.object)"]
            case .readProperty(let request): names(request.target)
            case .readPropertyMultiple: []
            case .readRange(let request): names(request.target)
            case .subscribeCOVProperty(let request): ["\(request.target.object)"]
            }
        return (["Confirmed-REQ   \(pdu.service)\(number(pdu.invokeID))"] + named)
            .joined(separator: " ")
    }

    /// - Parameter asked: the target of the question, for replies of which the file lacks segments.
    static func line(_ pdu: ReplyPDU, _ reply: ConfirmedReply?, asked: ObjectProperty?) -> String {
        let start = "Complex-ACK     \(pdu.service)\(number(pdu.invokeID))"
        guard let segment = pdu.segment else {
            return ([start] + names(reply, asked: asked)).joined(separator: " ")
        }
        guard !segment.moreFollow else {
            return "\(start)  (Message fragment \(segment.sequenceNumber))"
        }
        return "\(start)  (Message Reassembled)"
            + names(reply, asked: asked).joined(separator: " ")
    }

    static func line(_ apdu: APDU) -> String {
        switch apdu {
        case .simpleAck(let id, let service): "Simple-ACK      \(service)\(number(id))"
        case .segmentAck: "Segment-ACK"
        case .error(let id, let service, _): "Error           \(service)\(number(id))"
        case .reject(let id, let reason): "Reject          \(reason)\(number(id))"
        case .abort(let id, let reason, _): "Abort           \(reason)\(number(id))"
        default: "\(apdu)"
        }
    }

    private static func number(_ invokeID: UInt8) -> String {
        let digits = String(invokeID)
        return "[" + String(repeating: " ", count: 3 - digits.count) + digits + "]"
    }

    private static func names(_ notification: COVNotification) -> [String] {
        ["\(notification.device)", "\(notification.object)"]
            + notification.values.map { "\($0.reference.property)" }
    }

    private static func names(_ target: ObjectProperty) -> [String] {
        ["\(target.object)", "\(target.reference.property)"]
    }

    private static func names(_ reply: ConfirmedReply?, asked: ObjectProperty?) -> [String] {
        switch reply {
        case .readProperty(let ack): names(ack.target) + names(ack)
        case .readRange(let ack): names(ack.target)
        case .readPropertyMultiple: []
        case nil: asked.map(names) ?? []
        }
    }

    /// Object identifiers in the value; of a log's source, whose tags only that property explains,
    /// object and property.
    private static func names(_ ack: ReadPropertyAck) -> [String] {
        if ack.target.reference.property == .logDeviceObjectProperty,
            case .context(0, let octets)? = ack.values.first,
            case .context(1, let property)? = ack.values.last,
            let tagged = try? TaggedValue(decoding: [0xC4] + octets), let number = property.first,
            case .object(let object) = tagged
        {
            return ["\(object)", "\(PropertyIdentifier(rawValue: UInt32(number)))"]
        }
        return ack.values.compactMap { value in
            if case .object(let object) = value { "\(object)" } else { nil }
        }
    }
}
