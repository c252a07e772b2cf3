import BACnetMessages

/// A long reply, and both sides of its way.
enum LongReply {
    static let device = ObjectIdentifier(.device, 1001)
    static let target = ObjectProperty(device, .objectList)
    static let request = ConfirmedRequest.readProperty(ReadPropertyRequest(target))

    static func reply(_ count: Int) -> ConfirmedReply {
        let objects = (1...count).map {
            TaggedValue.object(ObjectIdentifier(.analogInput, UInt32($0)))
        }
        return .readProperty(ReadPropertyAck(target, values: objects))
    }

    /// The reply cut into segments, as a device with 50 octets sends them.
    static func segments(_ count: Int, invokeID: UInt8, window: UInt8) -> [APDU] {
        let octets = reply(count).encoded
        let pieces = stride(from: 0, to: octets.count, by: 45).map {
            Array(octets[$0..<min($0 + 45, octets.count)])
        }
        return pieces.enumerated().map { index, piece in
            let segment = MessageSegment(
                sequenceNumber: UInt8(truncatingIfNeeded: index),
                moreFollow: index < pieces.count - 1, proposedWindow: window)
            return .complexAck(
                ReplyPDU(
                    invokeID: invokeID, service: .readProperty, segment: segment, octets: piece))
        }
    }

    static func ack(
        _ sequenceNumber: UInt8, window: UInt8, isNegative: Bool = false, invokeID: UInt8 = 100
    ) -> [TransactionAction] {
        [
            .send(
                .segmentAck(
                    SegmentAck(
                        invokeID: invokeID, sequenceNumber: sequenceNumber, window: window,
                        isNegative: isNegative)), to: Client.peer)
        ]
    }
}
