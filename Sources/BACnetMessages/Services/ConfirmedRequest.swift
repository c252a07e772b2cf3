/// A question that must be answered.
public enum ConfirmedRequest: Hashable, Sendable {
    case covNotification(COVNotification)
    case subscribeCOV(SubscribeCOVRequest)
    case readProperty(ReadPropertyRequest)
    case readPropertyMultiple(ReadPropertyMultipleRequest)
    case readRange(ReadRangeRequest)
    case subscribeCOVProperty(SubscribeCOVPropertyRequest)
}

extension ConfirmedRequest {
    public var service: ConfirmedService {
        switch self {
        case .covNotification: .confirmedCOVNotification
        case .subscribeCOV: .subscribeCOV
        case .readProperty: .readProperty
        case .readPropertyMultiple: .readPropertyMultiple
        case .readRange: .readRange
        case .subscribeCOVProperty: .subscribeCOVProperty
        }
    }

    /// The request that the parameters of a service are.
    public init(_ service: ConfirmedService, decoding octets: [UInt8]) throws(MessageError) {
        switch service {
        case .confirmedCOVNotification:
            self = .covNotification(try COVNotification(decoding: octets))
        case .subscribeCOV: self = .subscribeCOV(try SubscribeCOVRequest(decoding: octets))
        case .readProperty: self = .readProperty(try ReadPropertyRequest(decoding: octets))
        case .readPropertyMultiple:
            self = .readPropertyMultiple(try ReadPropertyMultipleRequest(decoding: octets))
        case .readRange: self = .readRange(try ReadRangeRequest(decoding: octets))
        case .subscribeCOVProperty:
            self = .subscribeCOVProperty(try SubscribeCOVPropertyRequest(decoding: octets))
        }
    }

    /// The service's parameters.
    public var encoded: [UInt8] {
        switch self {
        case .covNotification(let notification): notification.encoded
        case .subscribeCOV(let request): request.encoded
        case .readProperty(let request): request.encoded
        case .readPropertyMultiple(let request): request.encoded
        case .readRange(let request): request.encoded
        case .subscribeCOVProperty(let request): request.encoded
        }
    }
}

/// An answer with content.
public enum ConfirmedReply: Hashable, Sendable {
    case readProperty(ReadPropertyAck)
    case readPropertyMultiple(ReadPropertyMultipleAck)
    case readRange(ReadRangeAck)
}

extension ConfirmedReply {
    public var service: ConfirmedService {
        switch self {
        case .readProperty: .readProperty
        case .readPropertyMultiple: .readPropertyMultiple
        case .readRange: .readRange
        }
    }

    /// The answer that the content of an acknowledgement is.
    ///
    /// - Throws: ``MessageError/unsupported(offset:found:expected:)`` too for a service that is
    ///   acknowledged without content.
    public init(_ service: ConfirmedService, decoding octets: [UInt8]) throws(MessageError) {
        switch service {
        case .readProperty: self = .readProperty(try ReadPropertyAck(decoding: octets))
        case .readPropertyMultiple:
            self = .readPropertyMultiple(try ReadPropertyMultipleAck(decoding: octets))
        case .readRange: self = .readRange(try ReadRangeAck(decoding: octets))
        case .confirmedCOVNotification, .subscribeCOV, .subscribeCOVProperty:
            throw .unsupported(
                offset: 0, found: "content in the answer to \(service)",
                expected: "an acknowledgement without")
        }
    }

    /// The acknowledgement's content.
    public var encoded: [UInt8] {
        switch self {
        case .readProperty(let ack): ack.encoded
        case .readPropertyMultiple(let ack): ack.encoded
        case .readRange(let ack): ack.encoded
        }
    }
}
