/// How long an answer is waited for, and how often the question is put again.
public struct Patience: Hashable, Sendable {
    /// For each try.
    public var timeout: Duration
    /// Tries behind the first.
    public var retryCount: Int

    public init(timeout: Duration = .seconds(5), retryCount: Int = 3) {
        self.timeout = timeout
        self.retryCount = retryCount
    }
}

/// Bounds of the transactions of one client.
public struct TransactionLimits: Hashable, Sendable {
    /// The unit of time of segments. A reply is given up after four of these without a new one.
    public var segmentTimeout: Duration
    /// Segments that may come before an acknowledgement, 1…127.
    public var windowMax: UInt8
    /// Segments of one reply.
    public var segmentCountMax: Int
    /// Octets of one reply.
    public var replyOctetCountMax: Int
    /// The APDU that is taken in one piece.
    public var replySize: APDUSize
    /// How long the number of a question that nobody answered stays unused: its answer may be late.
    public var invokeIDRest: Duration
    /// Devices that are remembered with their last number; of more, the one that was asked longest
    /// ago is forgotten, unless an answer of its own may still come.
    public var peerCountMax: Int

    public init(
        segmentTimeout: Duration = .seconds(2), windowMax: UInt8 = 16, segmentCountMax: Int = 64,
        replyOctetCountMax: Int = MessageLimits.replyOctetCountMax,
        replySize: APDUSize = .octets1476, invokeIDRest: Duration = .seconds(60),
        peerCountMax: Int = 10_000
    ) {
        precondition((1...127).contains(windowMax), "a window has 1 to 127 segments")
        precondition(segmentCountMax > 1, "a reply in segments has two or more")
        self.segmentTimeout = segmentTimeout
        self.windowMax = windowMax
        self.segmentCountMax = segmentCountMax
        self.replyOctetCountMax = replyOctetCountMax
        self.replySize = replySize
        self.invokeIDRest = invokeIDRest
        self.peerCountMax = peerCountMax
    }
}
