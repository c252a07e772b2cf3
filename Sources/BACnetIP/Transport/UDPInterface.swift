#if Collector
    internal import BACnetMessages
    internal import NIOCore
    internal import NIOPosix

    /// An interface of this machine: its address, and where everybody on its subnet hears.
    public struct UDPInterface: Hashable, Sendable {
        public var name: String
        public var address: UInt32
        public var broadcastAddress: UInt32

        public init(name: String, address: UInt32, broadcastAddress: UInt32) {
            self.name = name
            self.address = address
            self.broadcastAddress = broadcastAddress
        }

        /// The interfaces that have an IPv4 address.
        ///
        /// - Throws: ``UDPFailure``.
        public static func all() throws(UDPFailure) -> [UDPInterface] {
            do {
                return try System.enumerateDevices().compactMap(UDPInterface.init)
            } catch {
                throw UDPFailure.noInterface(found: "\(error)", expected: "a list of interfaces")
            }
        }

        /// The interface of this name; of several addresses its first.
        public static func named(_ name: String) throws(UDPFailure) -> UDPInterface {
            let known = try all()
            guard let interface = known.first(where: { $0.name == name }) else {
                let names = known.map(\.name).joined(separator: ", ")
                throw .noInterface(found: name, expected: "one of \(names)")
            }
            return interface
        }

        private init?(_ device: NIONetworkDevice) {
            guard let address = device.address.flatMap(IPv4Endpoint.init),
                let mask = device.netmask.flatMap(IPv4Endpoint.init)
            else { return nil }
            self.init(
                name: device.name, address: address.address,
                broadcastAddress: address.address | ~mask.address)
        }
    }

    extension IPv4Endpoint {
        /// `nil` for what is not of IPv4.
        init?(_ address: SocketAddress) {
            guard case .v4 = address, let text = address.ipAddress,
                let port = address.port.flatMap(UInt16.init(exactly:))
            else { return nil }
            let octets = text.split(separator: ".").compactMap { UInt8($0) }
            guard octets.count == 4 else { return nil }
            self.init(octets[0], octets[1], octets[2], octets[3], port: port)
        }
    }
#endif
