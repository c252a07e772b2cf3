extension APDU {
    enum Flag {
        static let segmented: UInt8 = 0x08
        static let moreFollow: UInt8 = 0x04
        static let acceptsSegments: UInt8 = 0x02
        static let negative: UInt8 = 0x02
        static let byServer: UInt8 = 0x01
    }

    /// The types 2 to 7, behind their first octet.
    init(reply first: UInt8, from reader: inout MessageReader) throws(MessageError) {
        let invokeID = try reader.octet()
        switch first >> 4 {
        case 2: self = .simpleAck(invokeID: invokeID, try reader.service())
        case 3:
            let segment = try reader.segment(first)
            let service = try reader.service()
            self = .complexAck(
                ReplyPDU(
                    invokeID: invokeID, service: service, segment: segment, octets: reader.rest()))
        case 4:
            let sequenceNumber = try reader.octet()
            self = .segmentAck(
                SegmentAck(
                    invokeID: invokeID, sequenceNumber: sequenceNumber,
                    window: try reader.window(), isNegative: first & Flag.negative != 0,
                    byServer: first & Flag.byServer != 0))
        case 5:
            let service = try reader.service()
            self = .error(invokeID: invokeID, service, try ErrorReply(errorPDU: &reader))
        case 6: self = .reject(invokeID: invokeID, RejectReason(rawValue: try reader.octet()))
        default:
            self = .abort(
                invokeID: invokeID, AbortReason(rawValue: try reader.octet()),
                byServer: first & Flag.byServer != 0)
        }
    }

    /// The message's octets.
    public var encoded: [UInt8] {
        var writer = MessageWriter()
        switch self {
        case .confirmedRequest(let request): request.encode(into: &writer)
        case .unconfirmedRequest(let request):
            writer.append(0x10)
            writer.append(request.service.rawValue)
            request.encode(into: &writer)
        case .simpleAck(let invokeID, let service):
            writer.append([0x20, invokeID, service.rawValue])
        case .complexAck(let reply): reply.encode(into: &writer)
        case .segmentAck(let ack): ack.encode(into: &writer)
        case .error(let invokeID, let service, let error):
            writer.append([0x50, invokeID, service.rawValue])
            error.encode(into: &writer)
        case .reject(let invokeID, let reason):
            writer.append([0x60, invokeID, reason.rawValue])
        case .abort(let invokeID, let reason, let byServer):
            writer.append([0x70 | (byServer ? Flag.byServer : 0), invokeID, reason.rawValue])
        }
        return writer.bytes
    }
}

extension RequestPDU {
    fileprivate func encode(into writer: inout MessageWriter) {
        writer.append(
            MessageSegment.flags(of: segment)
                | (acceptsSegmentedReply ? APDU.Flag.acceptsSegments : 0))
        writer.append(segmentLimit.rawValue << 4 | replySize.rawValue)
        writer.append(invokeID)
        segment?.encode(into: &writer)
        writer.append(service.rawValue)
        writer.append(octets)
    }
}

extension ReplyPDU {
    fileprivate func encode(into writer: inout MessageWriter) {
        writer.append(0x30 | MessageSegment.flags(of: segment))
        writer.append(invokeID)
        segment?.encode(into: &writer)
        writer.append(service.rawValue)
        writer.append(octets)
    }
}

extension SegmentAck {
    fileprivate func encode(into writer: inout MessageWriter) {
        let flags =
            (isNegative ? APDU.Flag.negative : 0) | (byServer ? APDU.Flag.byServer : 0)
        writer.append([0x40 | flags, invokeID, sequenceNumber, window])
    }
}

extension MessageSegment {
    fileprivate static func flags(of segment: MessageSegment?) -> UInt8 {
        guard let segment else { return 0 }
        return APDU.Flag.segmented | (segment.moreFollow ? APDU.Flag.moreFollow : 0)
    }

    fileprivate func encode(into writer: inout MessageWriter) {
        writer.append([sequenceNumber, proposedWindow])
    }
}

extension ErrorReply: WireForm {
    public init(from reader: inout MessageReader) throws(MessageError) {
        errorClass = ErrorClass(rawValue: try reader.enumerated())
        code = ErrorCode(rawValue: try reader.enumerated())
    }

    /// Some services put the pair into opening tag 0, and some say more behind it: the pair is what
    /// counts, the rest is passed over.
    fileprivate init(errorPDU reader: inout MessageReader) throws(MessageError) {
        if try reader.isNext(opening: 0) { try reader.open(0) }
        try self.init(from: &reader)
        _ = reader.rest()
    }

    public func encode(into writer: inout MessageWriter) {
        let number = TaggedValue.Number.enumerated
        writer.append(.application, number, unsigned: UInt64(errorClass.rawValue))
        writer.append(.application, number, unsigned: UInt64(code.rawValue))
    }
}

/// What the second octet of a request says its sender takes.
struct AcceptedReply {
    let segmentLimit: SegmentLimit
    let size: APDUSize
}

extension MessageReader {
    mutating func accepted() throws(MessageError) -> AcceptedReply {
        let start = offset
        let octet = try octet()
        guard let limit = SegmentLimit(rawValue: octet >> 4),
            let size = APDUSize(rawValue: octet & 0x0F)
        else {
            throw .malformed(
                offset: start, found: "accepted sizes \(octet)",
                expected: "segments 0 to 7, APDU 0 to 5")
        }
        return AcceptedReply(segmentLimit: limit, size: size)
    }

    mutating func segment(_ first: UInt8) throws(MessageError) -> MessageSegment? {
        guard first & APDU.Flag.segmented != 0 else { return nil }
        let sequenceNumber = try octet()
        return MessageSegment(
            sequenceNumber: sequenceNumber, moreFollow: first & APDU.Flag.moreFollow != 0,
            proposedWindow: try window())
    }

    fileprivate mutating func window() throws(MessageError) -> UInt8 {
        let start = offset
        let window = try octet()
        guard (1...127).contains(window) else {
            throw .malformed(offset: start, found: "window \(window)", expected: "1 to 127")
        }
        return window
    }

    fileprivate mutating func service() throws(MessageError) -> ConfirmedService {
        let start = offset
        let number = try octet()
        guard let service = ConfirmedService(rawValue: number) else {
            throw .unsupported(
                offset: start, found: "an answer for service \(number)",
                expected: "a service that is asked for")
        }
        return service
    }
}
