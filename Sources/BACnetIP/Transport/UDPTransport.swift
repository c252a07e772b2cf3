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
    /// and one for each broadcast address at which devices may send to all nodes: the configured
    /// one, that of the interface's subnet, and the limited broadcast 255.255.255.255.
    ///
    /// On Linux a socket that is bound to an address receives no broadcasts, and one that is bound
    /// to no address receives those of every interface. So each broadcast address has a socket of its
    /// own. The socket of our own address does not share its port, because another program on that
    /// port would receive our replies; the others share theirs with every other listener. A datagram
    /// to the limited broadcast arrives from every interface; only those of our own are passed on.
    public final class UDPTransport: BACnetTransport {
        public let endpoint: IPv4Endpoint
        public let broadcastEndpoint: IPv4Endpoint
        private let receiver: DatagramReceiver
        /// All sockets are read by one thread, one datagram after the other.
        private let loop: any EventLoop
        private let sockets = Mutex(Sockets())
        private let unsentCount = PendingCount()
        private let refused = Mutex(RefusedDestinations())
        /// For the time that a refused destination is left alone.
        private let clock: any BACnetClock

        /// What is `nil` is not bound, not bound yet again, or closed.
        private struct Sockets {
            var own: (any Channel)?
            var listeners: [IPv4Endpoint: any Channel] = [:]
            var isClosed = false

            var all: [any Channel] { [own].compactMap(\.self) + listeners.values }

            subscript(place: Place) -> (any Channel)? {
                get {
                    switch place {
                    case .own: own
                    case .broadcast(let endpoint): listeners[endpoint]
                    }
                }
                set {
                    switch place {
                    case .own: own = newValue
                    case .broadcast(let endpoint): listeners[endpoint] = newValue
                    }
                }
            }
        }

        /// The purpose of a socket.
        enum Place: Hashable, Sendable {
            case own
            /// Receives what is sent to this broadcast address.
            case broadcast(IPv4Endpoint)
        }
        /// Datagrams that wait for the system to take them; one more is dropped.
        private static let unsentCountMax = 1_024

        private init(
            _ endpoint: IPv4Endpoint, _ broadcastEndpoint: IPv4Endpoint,
            _ receiver: DatagramReceiver, _ loop: any EventLoop, clock: any BACnetClock
        ) {
            self.endpoint = endpoint
            self.broadcastEndpoint = broadcastEndpoint
            self.receiver = receiver
            self.loop = loop
            self.clock = clock
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
        ///   - endpoint: from which everything is sent, and where answers come.
        ///   - broadcast: the destination of broadcasts; with port 0 on the port of `endpoint`.
        ///     255.255.255.255 is possible: the system sends it on the interface of `endpoint`.
        ///   - hearsBroadcasts: true to receive broadcasts to `broadcast`, to the interface's own
        ///     broadcast address and to 255.255.255.255, on the port of `broadcast`; false if there
        ///     are none to receive: behind address translation, as a foreign device.
        /// - Throws: ``UDPFailure``.
        public static func bind(
            _ endpoint: IPv4Endpoint, broadcast: IPv4Endpoint, hearsBroadcasts: Bool = true
        ) async throws(UDPFailure) -> UDPTransport {
            try await bind(
                endpoint, broadcast: broadcast, hearsBroadcasts: hearsBroadcasts,
                clock: SystemBACnetClock())
        }

        /// The same on a clock that a test sets.
        static func bind(
            _ endpoint: IPv4Endpoint, broadcast: IPv4Endpoint, hearsBroadcasts: Bool,
            clock: any BACnetClock
        ) async throws(UDPFailure) -> UDPTransport {
            guard endpoint.address != 0 else { throw .everyAddress }
            let receiver = DatagramReceiver(on: OwnInterface(with: endpoint.address))
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let channel = try await open(endpoint, receiver, loop, isBroadcast: false)
            let bound = channel.localAddress.flatMap(IPv4Endpoint.init) ?? endpoint
            receiver.endpoint = bound
            let everybody = IPv4Endpoint(
                address: broadcast.address, port: broadcast.port == 0 ? bound.port : broadcast.port)
            let transport = UDPTransport(bound, everybody, receiver, loop, clock: clock)
            transport.keep(channel, as: .own)
            guard hearsBroadcasts else { return transport }
            do throws(UDPFailure) {
                for listened in receiver.interface.broadcastEndpoints(besides: everybody)
                where listened.address != bound.address {
                    let listener = try await open(listened, receiver, loop, isBroadcast: true)
                    transport.keep(listener, as: .broadcast(listened))
                }
                return transport
            } catch {
                await transport.close()
                throw error
            }
        }

        private static func open(
            _ endpoint: IPv4Endpoint, _ receiver: DatagramReceiver, _ loop: any EventLoop,
            isBroadcast: Bool
        ) async throws(UDPFailure) -> any Channel {
            var bootstrap = DatagramBootstrap(group: loop)
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
            if endpoint.isLimitedBroadcast {
                // With each datagram the interface that it came by.
                bootstrap = bootstrap.channelOption(.receivePacketInfo, value: true)
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
            // To port 0, and to what is no node, the system does not send; and then it has no socket
            // any more.
            guard destination.isPossibleDestination,
                !refused.withLock({ $0.isRefused(destination, at: clock.uptime) }),
                let address = try? SocketAddress(
                    ipAddress: destination.host, port: Int(destination.port))
            else {
                unsentCount.lower()
                return receiver.dropped.count(.unsendable)
            }
            guard let channel = sockets.withLock({ $0.own }) else {
                unsentCount.lower()
                return receiver.dropped.count(.closed)
            }
            let envelope = AddressedEnvelope(
                remoteAddress: address, data: ByteBuffer(bytes: octets))
            channel.writeAndFlush(envelope).whenComplete { [weak self] result in
                self?.note(result, of: destination)
            }
        }

        private func note(_ result: Result<Void, any Error>, of destination: IPv4Endpoint) {
            unsentCount.lower()
            switch result {
            case .success: refused.withLock { $0.accept(destination) }
            case .failure(let error):
                receiver.dropped.count(.unsendable)
                // What waited behind it has failed too, but not by the system's word.
                if error is IOError {
                    refused.withLock { $0.refuse(destination, at: clock.uptime) }
                }
            }
        }

        public func close() async {
            receiver.stop()
            let open = sockets.withLock { sockets in
                sockets.isClosed = true
                return sockets.all
            }
            // Closed already is closed.
            for channel in open { try? await channel.close().get() }
        }
    }

    extension UDPTransport {
        /// True while the socket is there from which everything is sent. It comes back by itself.
        public var isOpen: Bool { sockets.withLock { $0.own != nil && !$0.isClosed } }

        /// Keeps a socket, and binds another when it closes by itself: a datagram that the system
        /// will not send, or an address that goes away for a while, costs the socket too.
        private func keep(_ channel: any Channel, as place: Place) {
            let isKept = sockets.withLock { sockets in
                if !sockets.isClosed { sockets[place] = channel }
                return !sockets.isClosed
            }
            guard isKept else { return channel.close(promise: nil) }
            channel.closeFuture.whenComplete { [weak self] _ in self?.replace(place) }
        }

        private func replace(_ place: Place) {
            let isClosed = sockets.withLock { sockets in
                sockets[place] = nil
                return sockets.isClosed
            }
            guard !isClosed else { return }
            let (address, isBroadcast) =
                switch place {
                case .own: (endpoint, false)
                case .broadcast(let address): (address, true)
                }
            Task { [weak self, receiver, loop] in
                var pause = UDPTransport.bindPauses.least
                while let transport = self, !transport.sockets.withLock({ $0.isClosed }) {
                    if let channel = try? await UDPTransport.open(
                        address, receiver, loop, isBroadcast: isBroadcast)
                    {
                        return transport.keep(channel, as: place)
                    }
                    try? await Task.sleep(for: pause)
                    pause = min(pause * 2, UDPTransport.bindPauses.most)
                }
            }
        }

        private static var bindPauses: (least: Duration, most: Duration) {
            (.milliseconds(100), .seconds(60))
        }

        /// Closes the socket as an error of the system does; for tests.
        func breakSocket() async {
            guard let channel = sockets.withLock({ $0.own }) else { return }
            try? await channel.close().get()
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
