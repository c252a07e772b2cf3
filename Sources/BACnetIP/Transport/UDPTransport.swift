#if Collector
    public import BACnetMessages
    internal import Glibc
    internal import NIOCore
    internal import NIOPosix
    internal import Synchronization

    /// Why there is no socket.
    public enum UDPFailure: Error, Hashable, Sendable {
        /// Another program has the port, or the address is not of this machine.
        case cannotBind(IPv4Endpoint, message: String)
        /// All interfaces at once: devices of one network would be asked by way of another.
        case everyAddress
        case noInterface(found: String, expected: String)
    }

    /// BACnet/IP over UDP (Annex J): one socket for our own address, from which everything is sent,
    /// and one that hears what is sent to everybody.
    ///
    /// On Linux a socket with an address of its own hears no broadcasts, and one without hears those
    /// of every interface: hence two. The first shares its port with nobody, since another program on
    /// it would be given our answers; the second shares with whoever listens too.
    public final class UDPTransport: BACnetTransport {
        public let endpoint: IPv4Endpoint
        public let broadcastEndpoint: IPv4Endpoint
        private let channel: any Channel
        private let listener: (any Channel)?
        private let receiver: DatagramReceiver
        private let unsentCount = PendingCount()
        /// Datagrams that wait for the system to take them; one more is dropped.
        private static let unsentCountMax = 1_024

        private init(
            _ endpoint: IPv4Endpoint, _ broadcastEndpoint: IPv4Endpoint, _ channel: any Channel,
            _ listener: (any Channel)?, _ receiver: DatagramReceiver
        ) {
            self.endpoint = endpoint
            self.broadcastEndpoint = broadcastEndpoint
            self.channel = channel
            self.listener = listener
            self.receiver = receiver
        }

        /// Binds an interface.
        ///
        /// - Throws: ``UDPFailure``.
        public static func bind(
            _ interface: UDPInterface, port: UInt16 = IPv4Endpoint.standardPort
        ) async throws(UDPFailure) -> UDPTransport {
            try await bind(
                IPv4Endpoint(address: interface.address, port: port),
                broadcast: IPv4Endpoint(address: interface.broadcastAddress, port: port))
        }

        /// Binds an address of this machine, port 0 for any.
        ///
        /// - Parameters:
        ///   - broadcast: where what is for everybody goes, and is heard.
        ///   - hearsBroadcasts: false where there are none to hear: behind address translation, as a
        ///     foreign device.
        /// - Throws: ``UDPFailure``.
        public static func bind(
            _ endpoint: IPv4Endpoint, broadcast: IPv4Endpoint, hearsBroadcasts: Bool = true
        ) async throws(UDPFailure) -> UDPTransport {
            guard endpoint.address != 0 else { throw .everyAddress }
            let receiver = DatagramReceiver()
            let channel = try await open(endpoint, receiver, isBroadcast: false)
            let bound = channel.localAddress.flatMap(IPv4Endpoint.init) ?? endpoint
            receiver.endpoint = bound
            guard hearsBroadcasts else {
                return UDPTransport(bound, broadcast, channel, nil, receiver)
            }
            do throws(UDPFailure) {
                let listener = try await open(broadcast, receiver, isBroadcast: true)
                return UDPTransport(bound, broadcast, channel, listener, receiver)
            } catch {
                channel.close(promise: nil)
                throw error
            }
        }

        private static func open(
            _ endpoint: IPv4Endpoint, _ receiver: DatagramReceiver, isBroadcast: Bool
        ) async throws(UDPFailure) -> any Channel {
            var bootstrap = DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.socketOption(.so_broadcast), value: 1)
                .channelOption(
                    .recvAllocator,
                    value: FixedSizeRecvByteBufferAllocator(
                        capacity: MessageLimits.datagramOctetCountMax + 1)
                )
                .channelInitializer { channel in
                    channel.pipeline.addHandler(
                        DatagramHandler(receiver: receiver, isBroadcast: isBroadcast))
                }
            if isBroadcast {
                // Both: stacks exist that set one of them alone, and none of them would share with
                // a socket that has only the other.
                bootstrap = bootstrap.channelOption(.socketOption(.so_reuseaddr), value: 1)
                    .channelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
            }
            do {
                return try await bootstrap.bind(host: endpoint.host, port: Int(endpoint.port)).get()
            } catch {
                throw .cannotBind(endpoint, message: "\(error)")
            }
        }

        public var droppedCounts: [DroppedDatagram: Int] { receiver.dropped.counts }

        public func start(receiving receive: @escaping @Sendable (ReceivedDatagram) -> Void) {
            receiver.start(receive)
        }

        public func send(_ octets: [UInt8], to destination: IPv4Endpoint) {
            guard octets.count <= MessageLimits.datagramOctetCountMax else {
                return receiver.dropped.count(.oversize)
            }
            guard unsentCount.raise(upTo: UDPTransport.unsentCountMax) else {
                return receiver.dropped.count(.sendQueueFull)
            }
            guard
                let address = try? SocketAddress(
                    ipAddress: destination.host, port: Int(destination.port))
            else {
                unsentCount.lower()
                return receiver.dropped.count(.unsendable)
            }
            let envelope = AddressedEnvelope(
                remoteAddress: address, data: ByteBuffer(bytes: octets))
            channel.writeAndFlush(envelope).whenComplete { [unsentCount, receiver] result in
                unsentCount.lower()
                if case .failure = result { receiver.dropped.count(.unsendable) }
            }
        }

        public func close() async {
            receiver.stop()
            // Closed already is closed.
            try? await channel.close().get()
            try? await listener?.close().get()
        }
    }

    /// Datagrams that the system has not taken yet.
    private final class PendingCount: Sendable {
        private let count = Mutex(0)

        func raise(upTo most: Int) -> Bool {
            count.withLock { count in
                guard count < most else { return false }
                count += 1
                return true
            }
        }

        func lower() { count.withLock { $0 -= 1 } }
    }
#endif
