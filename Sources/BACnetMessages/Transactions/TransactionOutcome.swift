/// The number of a transaction, unique in its ``ClientTransactions``.
public struct TransactionID: Hashable, Sendable {
    public let rawValue: UInt64
}

/// What a state machine asks of its owner.
public enum TransactionAction: Hashable, Sendable {
    case send(APDU, to: DeviceAddress)
    /// - Parameter tries: how often the question was put, 1 for one that was answered at once.
    case finish(TransactionID, TransactionOutcome, tries: Int)
}

/// How a transaction ended.
public enum TransactionOutcome: Hashable, Sendable {
    case reply(ConfirmedReply)
    /// Done, with nothing to tell: the answer to a subscription or a notification.
    case acknowledged
    case error(ErrorReply)
    case reject(RejectReason)
    case abort(AbortReason)
    /// The reply had more segments or octets than ``TransactionLimits`` allow; it was broken off.
    case replyTooLong
    /// No answer to any try, or none that fits: the last that did not says why.
    case timedOut(lastDropped: DroppedReply?)
    /// A router said that it does not get through.
    case unreachable(NetworkRejectReason)
}

extension TransactionOutcome {
    /// True if less at a time might have been answered: too much for the device, for us, or for a
    /// router between.
    public var isTooGreat: Bool {
        switch self {
        case .abort(.bufferOverflow), .abort(.segmentationNotSupported), .abort(.apduTooLong),
            .reject(.bufferOverflow), .reject(.tooManyArguments), .replyTooLong,
            .unreachable(.messageTooLong):
            true
        default: false
        }
    }

    /// True if the device said something about the question, although it may have been nothing that
    /// could be taken.
    public var isAnswered: Bool {
        switch self {
        case .reply, .acknowledged, .error, .reject, .abort, .replyTooLong: true
        case .timedOut(let dropped): dropped?.isOfQuestion ?? false
        case .unreachable: false
        }
    }
}

/// Why an answer was not taken.
public enum DroppedReply: Hashable, Sendable, CaseIterable {
    /// No open question to that address has that number.
    case unasked
    /// It answers another service, or in a way that the service has not.
    case otherService
    /// It could not be read.
    case malformed
    /// It answers another question: other object, property or index, or more than was asked for.
    case otherContent
    /// A segment that was there already, or that left one out.
    case outOfOrder

    /// True if it came from the device that was asked, under the question's own number.
    public var isOfQuestion: Bool {
        switch self {
        case .otherService, .malformed, .otherContent: true
        case .unasked, .outOfOrder: false
        }
    }
}

/// Why a question was not put.
public enum TransactionRefusal: Error, Hashable, Sendable {
    /// Requests are not sent in segments: ask for less at a time.
    case requestTooLong(found: Int, expected: Int)
    /// All 256 numbers are open or rest.
    case noInvokeIDLeft
    /// As many devices as are remembered have an open question, or a number that rests.
    case tooManyPeers(found: Int, expected: Int)
    /// ReadProperty asks for one property (clause 15.5); all, required and optional name several.
    case selectsSeveral(ObjectProperty)
}

extension TransactionRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .requestTooLong(let found, let expected):
            "the request has \(found) octets, the device takes \(expected)"
        case .noInvokeIDLeft: "all 256 invoke ids of the device are open or rest"
        case .tooManyPeers(let found, let expected):
            "\(found) devices would be under way at once, at most \(expected) are remembered"
        case .selectsSeveral(let target):
            "\(target.reference) names several properties, which ReadPropertyMultiple asks for"
        }
    }
}
