public import BACnetMessages

/// Why a device did not give what it was asked for: which device, what, how often and how long.
public struct RequestFailure: Error, Hashable, Sendable {
    public enum Reason: Error, Hashable, Sendable {
        /// The device's own word.
        case error(ErrorReply)
        case reject(RejectReason)
        case abort(AbortReason)
        /// The reply had more segments or octets than we take.
        case replyTooLong
        /// No answer to any try, or none that fits: the last that did not says why.
        case silence(lastDropped: DroppedReply?)
        /// No reply to this property although the device replies to others: then, or within the last
        /// hour.
        case unanswered
        /// A router does not get through.
        case unreachable(NetworkRejectReason)
        /// It was answered, but by something else than was asked for.
        case unexpectedReply
        /// It was never sent.
        case refused(TransactionRefusal)
        /// Never sent: too many wait.
        case tooManyWaiting
        case tooManySubscriptions
        case cancelled
        /// The client was closed.
        case closed
    }

    public var device: DeviceAddress
    /// What was asked, in words.
    public var request: String
    public var tries: Int
    /// From the call to its end, waiting for a turn included.
    public var elapsed: Duration
    public var reason: Reason

    public init(
        device: DeviceAddress, request: String, tries: Int, elapsed: Duration, reason: Reason
    ) {
        self.device = device
        self.request = request
        self.tries = tries
        self.elapsed = elapsed
        self.reason = reason
    }

    /// True if the device said something: it is there, although what it said may have been nothing
    /// that could be taken.
    public var isAnswered: Bool {
        switch reason {
        case .error, .reject, .abort, .replyTooLong, .unexpectedReply, .unanswered: true
        case .silence(let dropped): dropped?.isOfQuestion ?? false
        default: false
        }
    }
}

extension RequestFailure: CustomStringConvertible {
    public var description: String {
        // Milliseconds are more than a person wants to know of a failure.
        let seconds = (elapsed / .milliseconds(100)).rounded() / 10
        let count = "\(tries) \(tries == 1 ? "try" : "tries")"
        return "\(device), \(request): \(reason.words); \(count) in \(seconds) s"
    }
}

extension RequestFailure.Reason {
    /// The reason in words, for messages.
    public var words: String {
        switch self {
        case .error(let error): "error \(error)"
        case .reject(let reason): "rejected, \(reason)"
        case .abort(let reason): "aborted, \(reason)"
        case .replyTooLong: "the reply is longer than is taken"
        case .silence(nil): "no answer"
        case .silence(let dropped?): "no answer that fits, the last was \(dropped)"
        case .unanswered: "no reply to this property, although the device replies to others"
        case .unreachable(let reason): "a router does not reach it, \(reason)"
        case .unexpectedReply: "answered by something else"
        case .refused(let refusal): "not sent, \(refusal)"
        case .tooManyWaiting: "not sent, too many requests wait"
        case .tooManySubscriptions: "not sent, too many subscriptions"
        case .cancelled: "cancelled"
        case .closed: "the client is closed"
        }
    }
}

extension ConfirmedRequest {
    /// What is asked, for messages.
    var words: String {
        switch self {
        case .covNotification(let notification): "notification of \(notification.object)"
        case .subscribeCOV(let request): "subscribe to \(request.object)"
        case .subscribeCOVProperty(let request): "subscribe to \(request.target)"
        case .readProperty(let request): "read \(request.target)"
        case .readPropertyMultiple(let request):
            "read \(request.targets.count) properties, \(request.targets.first.map { "\($0)" } ?? "none") first"
        case .readRange(let request): "read a range of \(request.target)"
        }
    }
}
