public import BACnetMessages

/// A UDP payload that came in, and where from.
public struct ReceivedDatagram: Hashable, Sendable {
    public var octets: [UInt8]
    public var source: IPv4Endpoint
    /// True if it was sent to everybody.
    public var isBroadcast: Bool

    public init(octets: [UInt8], source: IPv4Endpoint, isBroadcast: Bool) {
        self.octets = octets
        self.source = source
        self.isBroadcast = isBroadcast
    }
}

/// Carries datagrams. The client knows no sockets: it has one of these.
public protocol BACnetTransport: Sendable {
    /// Where our own datagrams come from.
    var endpoint: IPv4Endpoint { get }
    /// Where a datagram for everybody goes.
    var broadcastEndpoint: IPv4Endpoint { get }
    /// Datagrams that went no further than here, by reason.
    var droppedCounts: [DroppedDatagram: Int] { get }

    /// Hands every datagram to `receive` from now on, one after the other, until ``close()``.
    ///
    /// `receive` takes microseconds and is called where the datagram is read: there is no queue
    /// between the two, and what comes faster waits, bounded, in the system's buffer. Our own
    /// broadcasts are not among them.
    func start(receiving receive: @escaping @Sendable (ReceivedDatagram) -> Void)

    /// Sends, or drops and counts: a datagram may be lost on its way at any rate.
    func send(_ octets: [UInt8], to destination: IPv4Endpoint)

    /// Ends both directions. Returns when nothing more will be received.
    func close() async
}

/// Why a datagram went no further than the transport.
public enum DroppedDatagram: Hashable, Sendable, CaseIterable {
    /// Greater than `MessageLimits.datagramOctetCountMax`.
    case oversize
    /// Too many wait to be sent.
    case sendQueueFull
    /// The system would not send it, or nothing there a moment ago.
    case unsendable
    /// From no address that a node can have.
    case impossibleSource
    /// The system could not give it.
    case unreadable
    /// Sent to 255.255.255.255 on another interface than ours.
    case otherInterface
    /// Nobody receives, or no longer; or the socket is away and on its way back.
    case closed
}

extension IPv4Endpoint {
    /// False for what no node can send from or be reached at: port 0, no address, multicast and above.
    var isPossibleNode: Bool { port != 0 && address != 0 && address >> 28 < 0xE }

    var isLimitedBroadcast: Bool { address == IPv4Endpoint.limitedBroadcastAddress }

    /// False if the system would refuse to send there.
    var isPossibleDestination: Bool { isPossibleNode || isLimitedBroadcast && port != 0 }
}
