/// A reply that comes in segments, as far as it has come (clause 5.4.4).
struct ReplyAssembly: Hashable, Sendable {
    /// What a segment leads to.
    enum Step: Hashable {
        /// It was in order, and no acknowledgement is due yet.
        case taken
        case acknowledge(SegmentAck)
        /// It was the last: the acknowledgement that is due, and the whole.
        case whole(SegmentAck, [UInt8])
        /// It was a repeat, or left one out; an acknowledgement says so once for each window.
        case dropped(SegmentAck?)
        case tooLong
    }

    private let invokeID: UInt8
    private let window: UInt8
    private let segmentCountMax: Int
    private let octetCountMax: Int
    private var octets: [UInt8] = []
    private var segmentCount = 0
    /// Segments taken since the last acknowledgement.
    private var unacknowledgedCount = 0
    /// Segments dropped since the last one in order.
    private var droppedCount = 0

    /// Takes the first segment; `nil` where it is not the first.
    init?(first reply: ReplyPDU, limits: TransactionLimits) {
        guard let segment = reply.segment, segment.sequenceNumber == 0 else { return nil }
        invokeID = reply.invokeID
        window = min(segment.proposedWindow, limits.windowMax)
        segmentCountMax = limits.segmentCountMax
        octetCountMax = limits.replyOctetCountMax
    }

    /// Takes a segment, the first included.
    mutating func take(_ segment: MessageSegment, _ content: [UInt8]) -> Step {
        guard segment.sequenceNumber == UInt8(truncatingIfNeeded: segmentCount) else {
            return drop()
        }
        guard segmentCount < segmentCountMax, octets.count + content.count <= octetCountMax else {
            return .tooLong
        }
        octets += content
        segmentCount += 1
        unacknowledgedCount += 1
        droppedCount = 0
        guard segment.moreFollow else { return .whole(acknowledgement(), octets) }
        // The first segment is acknowledged at once: that tells the sender its window.
        guard segmentCount == 1 || unacknowledgedCount == Int(window) else { return .taken }
        return .acknowledge(acknowledgement())
    }

    private mutating func acknowledgement(isNegative: Bool = false) -> SegmentAck {
        unacknowledgedCount = 0
        return SegmentAck(
            invokeID: invokeID, sequenceNumber: UInt8(truncatingIfNeeded: segmentCount - 1),
            window: window, isNegative: isNegative)
    }

    /// One answer to the first segment out of order is enough to have the sender begin again behind
    /// the last good one; another window of them means that the answer was lost.
    private mutating func drop() -> Step {
        defer { droppedCount += 1 }
        guard segmentCount > 0, droppedCount % Int(window) == 0 else { return .dropped(nil) }
        return .dropped(acknowledgement(isNegative: true))
    }
}
