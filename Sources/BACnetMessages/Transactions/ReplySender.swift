/// Sends one reply, in segments where it must be (clause 5.4.5).
///
/// A value without sockets or clock, for the side that answers: its owner sends what it says, hands
/// it the acknowledgements of its number and tells it the time until ``isFinished``.
public struct ReplySender: Sendable {
    /// What the answering device does with segments.
    public struct Limits: Hashable, Sendable {
        /// The greatest APDU that is sent.
        public var octetCountMax: Int
        /// Whether replies are sent in segments at all.
        public var sendsSegments: Bool
        /// Proposed to the other side, 1…127.
        public var window: UInt8
        public var segmentCountMax: Int
        public var segmentTimeout: Duration
        public var retryCount: Int

        public init(
            octetCountMax: Int = APDUSize.octets1476.octetCount, sendsSegments: Bool = true,
            window: UInt8 = 16, segmentCountMax: Int = 64, segmentTimeout: Duration = .seconds(2),
            retryCount: Int = 3
        ) {
            precondition(octetCountMax >= 50, "the least APDU has 50 octets")
            precondition((1...127).contains(window), "a window has 1 to 127 segments")
            self.octetCountMax = octetCountMax
            self.sendsSegments = sendsSegments
            self.window = window
            self.segmentCountMax = segmentCountMax
            self.segmentTimeout = segmentTimeout
            self.retryCount = retryCount
        }
    }

    private let limits: Limits
    private let request: RequestPDU
    private let service: ConfirmedService
    private let octets: [UInt8]
    private let segments: [[UInt8]]
    /// The first segment that was not acknowledged, and the first that was not sent.
    private var base = 0
    private var next = 0
    private var window = 1
    private var retriesLeft = 0
    /// When the other side's silence is over; `nil` when nothing is waited for.
    public private(set) var deadline: Duration?

    public var isFinished: Bool { deadline == nil }

    /// - Parameters:
    ///   - reply: what is answered.
    ///   - request: the whole request, or its last segment: its number, and what its sender takes.
    ///   - limits: what the answering device does with segments.
    public init(_ reply: ConfirmedReply, to request: RequestPDU, limits: Limits = Limits()) {
        self.limits = limits
        self.request = request
        service = reply.service
        octets = reply.encoded
        let size = min(request.replySize.octetCount, limits.octetCountMax)
        let isWhole = octets.count + ReplySender.wholeHeadOctetCount <= size
        segments =
            isWhole ? [] : ReplySender.pieces(of: octets, size - ReplySender.headOctetCount)
    }

    /// The reply or its first segment; an Abort where it does not fit, and the other side takes no
    /// segments or not so many.
    public mutating func start(at now: Duration) -> [APDU] {
        guard !segments.isEmpty else {
            let pdu = ReplyPDU(invokeID: request.invokeID, service: service, octets: octets)
            return [.complexAck(pdu)]
        }
        if let reason = refusal {
            return [.abort(invokeID: request.invokeID, reason, byServer: true)]
        }
        retriesLeft = limits.retryCount
        return sendWindow(at: now)
    }

    /// What stands before a reply in one piece: type, number, service.
    public static let wholeHeadOctetCount = 3
    /// What stands before a segment's part of the reply: type, number, sequence, window, service.
    private static let headOctetCount = 5

    private static func pieces(of octets: [UInt8], _ octetCount: Int) -> [[UInt8]] {
        stride(from: 0, to: octets.count, by: octetCount).map { start in
            Array(octets[start..<min(start + octetCount, octets.count)])
        }
    }

    private var refusal: AbortReason? {
        guard limits.sendsSegments, request.acceptsSegmentedReply else {
            return .segmentationNotSupported
        }
        let most = min(request.segmentLimit.count ?? .max, limits.segmentCountMax)
        return segments.count <= most ? nil : .bufferOverflow
    }

    /// The segments from the first that is not acknowledged, as many as the window takes.
    private mutating func sendWindow(at now: Duration) -> [APDU] {
        deadline = now + limits.segmentTimeout
        return windowSegments()
    }

    private mutating func windowSegments() -> [APDU] {
        next = min(base + window, segments.count)
        return (base..<next).map { index in
            let segment = MessageSegment(
                sequenceNumber: UInt8(truncatingIfNeeded: index),
                moreFollow: index < segments.count - 1, proposedWindow: limits.window)
            return .complexAck(
                ReplyPDU(
                    invokeID: request.invokeID, service: service, segment: segment,
                    octets: segments[index])
            )
        }
    }

    /// Takes an acknowledgement of this reply's number from the device that asked.
    ///
    /// One that names a segment under way moves on behind it; one that names none but the last that
    /// was acknowledged has the window sent again if it is negative, and says nothing new if not. That
    /// is one of the tries and gains no time: whoever asks again and again gets no more than the silent.
    public mutating func receive(_ ack: SegmentAck, at now: Duration) -> [APDU] {
        guard !isFinished, ack.invokeID == request.invokeID, !ack.byServer else { return [] }
        let ahead = Int(ack.sequenceNumber &- UInt8(truncatingIfNeeded: base))
        if ahead < next - base {
            base += ahead + 1
            window = Int(min(ack.window, limits.window))
            retriesLeft = limits.retryCount
            guard base < segments.count else {
                deadline = nil
                return []
            }
            return sendWindow(at: now)
        }
        guard ack.isNegative, ahead == Int(UInt8.max), retriesLeft > 0 else { return [] }
        retriesLeft -= 1
        return windowSegments()
    }

    /// The other side broke the reply off.
    public mutating func receiveAbort() { deadline = nil }

    /// Sends the window again when the other side is silent, and gives up in the end.
    public mutating func passTime(to now: Duration) -> [APDU] {
        guard let deadline, deadline <= now else { return [] }
        guard retriesLeft > 0 else {
            self.deadline = nil
            return []
        }
        retriesLeft -= 1
        return sendWindow(at: now)
    }
}
