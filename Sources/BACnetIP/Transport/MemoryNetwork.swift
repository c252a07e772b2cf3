public import BACnetMessages
internal import Synchronization

/// A network without sockets: datagrams go from one transport to another by a call.
///
/// For tests and simulations. A datagram is delivered before ``BACnetTransport/send(_:to:)`` returns,
/// or by whoever delivers at that moment: one after the other, in the order in which they were sent.
public final class MemoryNetwork: Sendable {
    public struct Datagram: Hashable, Sendable {
        public var octets: [UInt8]
        public var source: IPv4Endpoint
        public var destination: IPv4Endpoint
    }

    private struct Node {
        let endpoint: IPv4Endpoint
        let receive: @Sendable (ReceivedDatagram) -> Void
    }

    private struct State {
        /// By port, in the order of their addresses: the order in which they hear a broadcast.
        var nodes: [UInt16: [Node]] = [:]
        var waiting: [Datagram] = []
        var isDelivering = false
    }

    /// The address at which everybody on a port hears.
    public let broadcastAddress: UInt32
    private let state = Mutex(State())
    private let isCarried: @Sendable (Datagram) -> Bool
    /// Datagrams that wait; one more is lost.
    private static let waitingCountMax = 100_000

    /// - Parameters:
    ///   - broadcastAddress: where a datagram goes that all nodes with its port hear.
    ///   - isCarried: asked of each datagram; `false` loses it.
    public init(
        broadcastAddress: UInt32 = 0x7FFF_FFFF,
        isCarried: @escaping @Sendable (Datagram) -> Bool = { _ in true }
    ) {
        self.broadcastAddress = broadcastAddress
        self.isCarried = isCarried
    }

    /// A place on the network. It hears once it is started.
    public func transport(at endpoint: IPv4Endpoint) -> MemoryTransport {
        MemoryTransport(endpoint, on: self)
    }

    func join(
        _ endpoint: IPv4Endpoint, _ receive: @escaping @Sendable (ReceivedDatagram) -> Void
    ) {
        state.withLock { state in
            let (place, isTaken) = MemoryNetwork.place(of: endpoint, in: state.nodes)
            let node = Node(endpoint: endpoint, receive: receive)
            if isTaken {
                state.nodes[endpoint.port]?[place] = node
            } else {
                state.nodes[endpoint.port, default: []].insert(node, at: place)
            }
        }
    }

    func leave(_ endpoint: IPv4Endpoint) {
        state.withLock { state in
            let (place, isTaken) = MemoryNetwork.place(of: endpoint, in: state.nodes)
            if isTaken { state.nodes[endpoint.port]?.remove(at: place) }
        }
    }

    /// Where a node stands among those of its port, or would stand.
    private static func place(
        of endpoint: IPv4Endpoint, in nodes: [UInt16: [Node]]
    ) -> (place: Int, isTaken: Bool) {
        let nodes = nodes[endpoint.port] ?? []
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].endpoint.address < endpoint.address {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return (low, low < nodes.count && nodes[low].endpoint == endpoint)
    }

    func send(_ datagram: Datagram) -> Bool {
        let (isTaken, mustDeliver) = state.withLock { state in
            guard state.waiting.count < MemoryNetwork.waitingCountMax else { return (false, false) }
            state.waiting.append(datagram)
            defer { state.isDelivering = true }
            return (true, !state.isDelivering)
        }
        // A node that answers inside of its call is not called inside of that again.
        if mustDeliver { deliver() }
        return isTaken
    }

    private func deliver() {
        while true {
            let batch = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isDelivering = false }
                return state.waiting
            }
            if batch.isEmpty { return }
            for datagram in batch where isCarried(datagram) { deliver(datagram) }
        }
    }

    private func deliver(_ datagram: Datagram) {
        let isBroadcast = datagram.destination.address == broadcastAddress
        let received = ReceivedDatagram(
            octets: datagram.octets, source: datagram.source, isBroadcast: isBroadcast)
        for node in hearing(datagram.destination, isBroadcast: isBroadcast)
        where node.endpoint != datagram.source || !isBroadcast {
            node.receive(received)
        }
    }

    private func hearing(_ destination: IPv4Endpoint, isBroadcast: Bool) -> [Node] {
        state.withLock { state in
            if isBroadcast { return state.nodes[destination.port] ?? [] }
            let (place, isTaken) = MemoryNetwork.place(of: destination, in: state.nodes)
            return isTaken ? [state.nodes[destination.port]![place]] : []
        }
    }
}

/// One place on a ``MemoryNetwork``.
public final class MemoryTransport: BACnetTransport {
    public let endpoint: IPv4Endpoint
    private let network: MemoryNetwork
    private let dropped = DropCounter()

    init(_ endpoint: IPv4Endpoint, on network: MemoryNetwork) {
        self.endpoint = endpoint
        self.network = network
    }

    public var broadcastEndpoint: IPv4Endpoint {
        IPv4Endpoint(address: network.broadcastAddress, port: endpoint.port)
    }

    public var droppedCounts: [DroppedDatagram: Int] { dropped.counts }

    public func start(receiving receive: @escaping @Sendable (ReceivedDatagram) -> Void) {
        network.join(endpoint) { [dropped] datagram in
            guard datagram.octets.count <= MessageLimits.datagramOctetCountMax else {
                dropped.count(.oversize)
                return
            }
            receive(datagram)
        }
    }

    public func send(_ octets: [UInt8], to destination: IPv4Endpoint) {
        let datagram = MemoryNetwork.Datagram(
            octets: octets, source: endpoint, destination: destination)
        if !network.send(datagram) { dropped.count(.sendQueueFull) }
    }

    public func close() async { network.leave(endpoint) }
}
