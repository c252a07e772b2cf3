#if Collector
    internal import BACnetMessages
    internal import NIOCore
    internal import Synchronization

    /// The common destination of the datagrams of all sockets of a transport.
    final class DatagramReceiver: Sendable {
        private struct State {
            var endpoint: IPv4Endpoint?
            var receive: (@Sendable (ReceivedDatagram) -> Void)?
        }

        let dropped = DropCounter()
        let interface: OwnInterface
        private let state = Mutex(State())

        init(on interface: OwnInterface) { self.interface = interface }

        /// Our own address, whose datagrams are our own broadcasts.
        var endpoint: IPv4Endpoint? {
            get { state.withLock { $0.endpoint } }
            set { state.withLock { $0.endpoint = newValue } }
        }

        func start(_ receive: @escaping @Sendable (ReceivedDatagram) -> Void) {
            state.withLock { $0.receive = receive }
        }

        func stop() { state.withLock { $0.receive = nil } }

        func take(_ buffer: ByteBuffer, from source: SocketAddress, isBroadcast: Bool) {
            // One octet more than a datagram may have is read: then it had more.
            guard buffer.readableBytes <= MessageLimits.datagramOctetCountMax else {
                return dropped.count(.oversize)
            }
            guard let source = IPv4Endpoint(source), source.isPossibleNode else {
                return dropped.count(.impossibleSource)
            }
            let (endpoint, receive) = state.withLock { ($0.endpoint, $0.receive) }
            guard source != endpoint else { return }
            guard let receive else { return dropped.count(.closed) }
            receive(
                ReceivedDatagram(
                    octets: Array(buffer.readableBytesView), source: source,
                    isBroadcast: isBroadcast))
        }
    }

    /// Hands the datagrams of one socket on.
    final class DatagramHandler: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        private let receiver: DatagramReceiver
        private let isBroadcast: Bool

        init(receiver: DatagramReceiver, isBroadcast: Bool) {
            self.receiver = receiver
            self.isBroadcast = isBroadcast
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            // Packet information comes with the limited broadcast only, which every interface
            // delivers here.
            if let packet = envelope.metadata?.packetInfo,
                !receiver.interface.has(index: packet.interfaceIndex)
            {
                return receiver.dropped.count(.otherInterface)
            }
            receiver.take(
                envelope.data, from: envelope.remoteAddress, isBroadcast: isBroadcast)
        }

        // An error of one datagram is not one of the socket.
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            receiver.dropped.count(.unreadable)
        }
    }
#endif
