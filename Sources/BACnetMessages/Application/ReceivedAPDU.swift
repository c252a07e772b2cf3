/// A message of the application layer that came in: what can be said too, and what can only be
/// heard.
public enum ReceivedAPDU: Hashable, Sendable {
    case message(APDU)
    /// A clock somewhere; nothing here sets clocks.
    case timeSynchronization(TimeSynchronization)
    /// A request for a service outside ``ConfirmedService``. The reply to one that came by unicast is
    /// Reject with ``RejectReason/unrecognizedService``; if it is a segment, Abort with
    /// ``AbortReason/segmentationNotSupported``.
    case unsupportedRequest(invokeID: UInt8, service: UInt8, segment: MessageSegment? = nil)
    /// An unconfirmed service that nothing here needs; dropped.
    case unsupportedUnconfirmedRequest(service: UInt8)
}

/// Somebody's word for what time it is.
public struct TimeSynchronization: Hashable, Sendable {
    public var time: BACnetDateTime
    /// True for UTCTimeSynchronization; else the sender's local time.
    public var isUTC: Bool

    public init(time: BACnetDateTime, isUTC: Bool) {
        self.time = time
        self.isUTC = isUTC
    }
}

extension ReceivedAPDU {
    private static let timeSynchronizationService: UInt8 = 6
    private static let utcTimeSynchronizationService: UInt8 = 9

    /// The message that all of these octets are.
    public init(decoding bytes: [UInt8]) throws(MessageError) {
        var reader = MessageReader(bytes)
        let first = try reader.octet()
        switch first >> 4 {
        case 0: self = try ReceivedAPDU.confirmedRequest(first, from: &reader)
        case 1: self = try ReceivedAPDU.unconfirmedRequest(from: &reader)
        case 2...7: self = .message(try APDU(reply: first, from: &reader))
        default:
            throw .malformed(offset: 0, found: "PDU type \(first >> 4)", expected: "0 to 7")
        }
        try reader.finish()
    }

    private static func confirmedRequest(
        _ first: UInt8, from reader: inout MessageReader
    ) throws(MessageError) -> ReceivedAPDU {
        let accepted = try reader.accepted()
        let invokeID = try reader.octet()
        let segment = try reader.segment(first)
        let number = try reader.octet()
        let octets = reader.rest()
        guard let service = ConfirmedService(rawValue: number) else {
            return .unsupportedRequest(invokeID: invokeID, service: number, segment: segment)
        }
        let request = RequestPDU(
            invokeID: invokeID, service: service,
            acceptsSegmentedReply: first & APDU.Flag.acceptsSegments != 0,
            segmentLimit: accepted.segmentLimit, replySize: accepted.size, segment: segment,
            octets: octets)
        return .message(.confirmedRequest(request))
    }

    private static func unconfirmedRequest(
        from reader: inout MessageReader
    ) throws(MessageError) -> ReceivedAPDU {
        let number = try reader.octet()
        if let service = UnconfirmedService(rawValue: number) {
            return .message(
                .unconfirmedRequest(try UnconfirmedRequest(service, from: &reader)))
        }
        if number == timeSynchronizationService || number == utcTimeSynchronizationService {
            let isUTC = number == utcTimeSynchronizationService
            let time = try BACnetDateTime(from: &reader)
            return .timeSynchronization(TimeSynchronization(time: time, isUTC: isUTC))
        }
        _ = reader.rest()
        return .unsupportedUnconfirmedRequest(service: number)
    }
}
