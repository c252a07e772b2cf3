extension IPv4Endpoint {
    /// The endpoint that a text names: `10.0.0.9`, or `10.0.0.9:47809`.
    ///
    /// - Parameters:
    ///   - text: an address, and a port if another than `port` is meant.
    ///   - port: used if the text names none.
    public init?(text: Substring, port: UInt16) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return nil }
        let octets = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            .map { $0.count <= 3 && $0.utf8.allSatisfy(IPv4Endpoint.isDigit) ? UInt8($0) : nil }
        guard octets.count == 4, !octets.contains(nil) else { return nil }
        let address = octets.reduce(UInt32(0)) { $0 << 8 | UInt32($1 ?? 0) }
        guard parts.count == 2 else {
            self.init(address: address, port: port)
            return
        }
        guard parts[1].utf8.allSatisfy(IPv4Endpoint.isDigit), let port = UInt16(parts[1]) else {
            return nil
        }
        self.init(address: address, port: port)
    }

    fileprivate static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// The four octets of the address with points between them, without the port.
    public var host: String {
        [24, 16, 8, 0].map { String(address >> $0 & 0xFF) }.joined(separator: ".")
    }
}

extension DeviceAddress {
    /// The address that a text names: `10.0.0.9[:PORT]`, or `2001:0c@10.0.0.9[:PORT]` for a station
    /// of another network: its number, and the station's address there in hexadecimal, two digits
    /// per octet; after the `@` the router.
    public init?(text: String, port: UInt16) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, let last = parts.last,
            let node = IPv4Endpoint(text: last, port: port), node.address != 0, node.port != 0
        else { return nil }
        guard parts.count == 2 else {
            self.init(node: node)
            return
        }
        let station = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        guard station.count == 2, station[0].utf8.allSatisfy(IPv4Endpoint.isDigit),
            let network = UInt16(station[0]),
            (1..<NetworkAddress.everyNetwork).contains(network),
            let octets = DeviceAddress.octets(station[1])
        else { return nil }
        self.init(node: node, station: NetworkAddress(network: network, station: octets))
    }

    private static func octets(_ text: Substring) -> [UInt8]? {
        let digits = Array(text)
        let count = digits.count / 2
        guard digits.count.isMultiple(of: 2), digits.allSatisfy(\.isHexDigit),
            (1...MessageLimits.stationOctetCountMax).contains(count)
        else { return nil }
        let octets = (0..<count).compactMap {
            UInt8(String(digits[$0 * 2...$0 * 2 + 1]), radix: 16)
        }
        return octets.count == count ? octets : nil
    }

    /// The text that ``init(text:port:)`` reads.
    public var text: String { station.map { "\($0)@\(node)" } ?? "\(node)" }

    /// The station's address on its own network, in hexadecimal; nil on our own.
    public var stationText: String? {
        station.map { $0.description.split(separator: ":").dropFirst().joined() }
    }
}
