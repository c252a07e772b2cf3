/// Where a BACnet/IP node listens: address and UDP port, six octets on the wire.
public struct IPv4Endpoint: Hashable, Sendable {
    /// 0xBAC0, which nearly everybody uses.
    public static let standardPort: UInt16 = 47_808

    /// 255.255.255.255: every node of the network that is attached.
    public static let limitedBroadcastAddress: UInt32 = 0xFFFF_FFFF

    /// The four octets of the address, the first one in the top bits.
    public var address: UInt32
    public var port: UInt16

    public init(address: UInt32, port: UInt16 = standardPort) {
        self.address = address
        self.port = port
    }

    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, port: UInt16 = standardPort) {
        address = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
        self.port = port
    }
}

extension IPv4Endpoint: CustomStringConvertible {
    public var description: String {
        let octets = [24, 16, 8, 0].map { String(address >> $0 & 0xFF) }
        return "\(octets.joined(separator: ".")):\(port)"
    }
}

extension IPv4Endpoint: WireForm {
    public init(from reader: inout MessageReader) throws(MessageError) {
        address = UInt32(truncatingIfNeeded: try reader.unsigned(octetCount: 4))
        port = try reader.octetPair()
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(UInt64(address), octetCount: 4)
        writer.append(pair: port)
    }
}
