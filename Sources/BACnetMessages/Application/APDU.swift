/// A message of the application layer that can be said (clause 20.1).
public enum APDU: Hashable, Sendable {
    case confirmedRequest(RequestPDU)
    case unconfirmedRequest(UnconfirmedRequest)
    case simpleAck(invokeID: UInt8, ConfirmedService)
    case complexAck(ReplyPDU)
    case segmentAck(SegmentAck)
    case error(invokeID: UInt8, ConfirmedService, ErrorReply)
    case reject(invokeID: UInt8, RejectReason)
    case abort(invokeID: UInt8, AbortReason, byServer: Bool)
}

/// A confirmed request, whole or a segment of one.
///
/// ```
/// offset size
///      0    1  0x00 | 8 segmented | 4 more follow | 2 segmented reply accepted
///      1    1  segments accepted << 4 | APDU size accepted
///      2    1  invoke id
///      3    2  sequence number, proposed window (segments only)
///      …    1  service
///      …    …  what the service asks
/// ```
public struct RequestPDU: Hashable, Sendable {
    public var invokeID: UInt8
    public var service: ConfirmedService
    public var acceptsSegmentedReply: Bool
    public var segmentLimit: SegmentLimit
    public var replySize: APDUSize
    public var segment: MessageSegment?
    /// The service's parameters, or the part of them that this segment has.
    public var octets: [UInt8]

    public init(
        invokeID: UInt8, service: ConfirmedService, acceptsSegmentedReply: Bool = true,
        segmentLimit: SegmentLimit = .segments64, replySize: APDUSize = .octets1476,
        segment: MessageSegment? = nil, octets: [UInt8]
    ) {
        self.invokeID = invokeID
        self.service = service
        self.acceptsSegmentedReply = acceptsSegmentedReply
        self.segmentLimit = segmentLimit
        self.replySize = replySize
        self.segment = segment
        self.octets = octets
    }
}

/// An acknowledgement with content, whole or a segment of one.
///
/// ```
/// offset size
///      0    1  0x30 | 8 segmented | 4 more follow
///      1    1  invoke id
///      2    2  sequence number, proposed window (segments only)
///      …    1  service
///      …    …  what the service answers
/// ```
public struct ReplyPDU: Hashable, Sendable {
    public var invokeID: UInt8
    public var service: ConfirmedService
    public var segment: MessageSegment?
    public var octets: [UInt8]

    public init(
        invokeID: UInt8, service: ConfirmedService, segment: MessageSegment? = nil, octets: [UInt8]
    ) {
        self.invokeID = invokeID
        self.service = service
        self.segment = segment
        self.octets = octets
    }
}

/// Which part of a message a segment is.
public struct MessageSegment: Hashable, Sendable {
    /// Counts from 0 and wraps behind 255.
    public var sequenceNumber: UInt8
    public var moreFollow: Bool
    /// 1…127; how many segments the sender would send before it waits.
    public var proposedWindow: UInt8

    public init(sequenceNumber: UInt8, moreFollow: Bool, proposedWindow: UInt8) {
        self.sequenceNumber = sequenceNumber
        self.moreFollow = moreFollow
        self.proposedWindow = proposedWindow
    }
}

/// What arrived in order so far: `0x40 | 2 negative | 1 by server`, invoke id, sequence, window.
public struct SegmentAck: Hashable, Sendable {
    public var invokeID: UInt8
    /// The last segment that arrived in order.
    public var sequenceNumber: UInt8
    /// 1…127; how many segments may come before the next acknowledgement.
    public var window: UInt8
    /// True if a segment came out of order; the next one is to be sent again.
    public var isNegative: Bool
    public var byServer: Bool

    public init(
        invokeID: UInt8, sequenceNumber: UInt8, window: UInt8, isNegative: Bool = false,
        byServer: Bool = false
    ) {
        self.invokeID = invokeID
        self.sequenceNumber = sequenceNumber
        self.window = window
        self.isNegative = isNegative
        self.byServer = byServer
    }
}

/// Why a request failed, as the device says it.
public struct ErrorReply: Hashable, Sendable, CustomStringConvertible {
    public var errorClass: ErrorClass
    public var code: ErrorCode

    public init(_ errorClass: ErrorClass, _ code: ErrorCode) {
        self.errorClass = errorClass
        self.code = code
    }

    public var description: String { "\(errorClass): \(code)" }
}
