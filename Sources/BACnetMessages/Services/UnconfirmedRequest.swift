/// What is said without an answer being due.
public enum UnconfirmedRequest: Hashable, Sendable {
    case iAm(IAmRequest)
    case iHave(IHaveRequest)
    case covNotification(COVNotification)
    case whoHas(WhoHasRequest)
    case whoIs(WhoIsRequest)
}

extension UnconfirmedRequest {
    public var service: UnconfirmedService {
        switch self {
        case .iAm: .iAm
        case .iHave: .iHave
        case .covNotification: .unconfirmedCOVNotification
        case .whoHas: .whoHas
        case .whoIs: .whoIs
        }
    }

    init(_ service: UnconfirmedService, from reader: inout MessageReader) throws(MessageError) {
        switch service {
        case .iAm: self = .iAm(try IAmRequest(from: &reader))
        case .iHave: self = .iHave(try IHaveRequest(from: &reader))
        case .unconfirmedCOVNotification:
            self = .covNotification(try COVNotification(from: &reader))
        case .whoHas: self = .whoHas(try WhoHasRequest(from: &reader))
        case .whoIs: self = .whoIs(try WhoIsRequest(from: &reader))
        }
    }

    func encode(into writer: inout MessageWriter) {
        switch self {
        case .iAm(let request): request.encode(into: &writer)
        case .iHave(let request): request.encode(into: &writer)
        case .covNotification(let notification): notification.encode(into: &writer)
        case .whoHas(let request): request.encode(into: &writer)
        case .whoIs(let request): request.encode(into: &writer)
        }
    }
}
