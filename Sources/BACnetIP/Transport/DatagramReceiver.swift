#if Collector
    internal import BACnetMessages
    internal import NIOCore
    internal import Synchronization

    /// Where the datagrams of both sockets come together.
    final class DatagramReceiver: Sendable {
        private struct State {
            var endpoint: IPv4Endpoint?
            var receive: (@Sendable (ReceivedDatagram) -> Void)?
        }

        let dropped = DropCounter()
        private let state = Mutex(State())

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
            receiver.take(
                envelope.data, from: envelope.remoteAddress, isBroadcast: isBroadcast)
        }

        // An error of one datagram is not one of the socket.
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            receiver.dropped.count(.unreadable)
        }
    }
#endif
