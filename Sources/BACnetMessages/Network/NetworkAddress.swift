/// A station on a network behind a router.
public struct NetworkAddress: Hashable, Sendable {
    /// The number that stands for every network.
    public static let everyNetwork: UInt16 = 0xFFFF

    public var network: UInt16
    /// The station's address there, empty for all stations; at most
    /// ``MessageLimits/stationOctetCountMax`` octets.
    public var station: [UInt8]

    public init(network: UInt16, station: [UInt8]) {
        self.network = network
        self.station = station
    }

    /// Every station of every network.
    public static let everywhere = NetworkAddress(network: everyNetwork, station: [])
}

extension NetworkAddress: WireForm {
    public init(from reader: inout MessageReader) throws(MessageError) {
        network = try reader.octetPair()
        let start = reader.offset
        let count = Int(try reader.octet())
        guard count <= MessageLimits.stationOctetCountMax else {
            throw .limitExceeded(
                offset: start, found: count, expected: MessageLimits.stationOctetCountMax)
        }
        station = try reader.octets(count)
    }

    public func encode(into writer: inout MessageWriter) {
        precondition(
            station.count <= MessageLimits.stationOctetCountMax, "a station has a short address")
        writer.append(pair: network)
        writer.append(UInt8(station.count))
        writer.append(station)
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// As `2001:01`, or `2001:*` for all stations.
    public var description: String {
        guard !station.isEmpty else { return "\(network):*" }
        let digits = station.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return "\(network):\(digits.joined())"
    }
}

/// The full address of a device: the node on our own network and, where that is a router, the
/// station behind it. Several devices share one node, so everything is kept by the whole address.
public struct DeviceAddress: Hashable, Sendable {
    public var node: IPv4Endpoint
    public var station: NetworkAddress?

    public init(node: IPv4Endpoint, station: NetworkAddress? = nil) {
        self.node = node
        self.station = station
    }
}

extension DeviceAddress: CustomStringConvertible {
    public var description: String {
        station.map { "\($0) through \(node)" } ?? "\(node)"
    }
}
