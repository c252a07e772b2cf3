import BACnetMessages

extension IPv4Endpoint {
    /// `10.0.0.9`, or `10.0.0.9:47809`.
    ///
    /// - Parameter port: where the text names none.
    init?(text: Substring, port: UInt16) {
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

    /// The address without its port.
    var host: String {
        [24, 16, 8, 0].map { String(address >> $0 & 0xFF) }.joined(separator: ".")
    }
}

extension DeviceAddress {
    /// `10.0.0.9[:PORT]`, or behind a router `2001:0c@10.0.0.9[:PORT]`: network, and the station's
    /// address there in hexadecimal, two digits an octet.
    init?(text: String, port: UInt16) {
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

    /// As ``init(text:port:)`` reads it.
    var text: String { station.map { "\($0)@\(node)" } ?? "\(node)" }

    /// The station's address on its own network, in hexadecimal; nil on our own.
    var stationText: String? {
        station.map { $0.description.split(separator: ":").dropFirst().joined() }
    }
}

/// The device that a command is about.
enum DeviceTarget: Hashable {
    case instance(UInt32)
    case address(DeviceAddress)
    /// One of several devices at an address.
    case device(UInt32, at: DeviceAddress)

    /// An instance is a number alone, or before an `@` without the colon of a network's station.
    init?(text: String, port: UInt16) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if let number = UInt32(text) {
            guard number < ObjectIdentifier.wildcardInstance else { return nil }
            self = .instance(number)
        } else if parts.count == 2, let number = UInt32(parts[0]) {
            guard number < ObjectIdentifier.wildcardInstance,
                let address = DeviceAddress(text: String(parts[1]), port: port)
            else { return nil }
            self = .device(number, at: address)
        } else if let address = DeviceAddress(text: text, port: port) {
            self = .address(address)
        } else {
            return nil
        }
    }

    var text: String {
        switch self {
        case .instance(let number): "device \(number)"
        case .address(let address): address.text
        case .device(let number, let address): "device \(number) at \(address.text)"
        }
    }
}

extension InstanceRange {
    /// `1000-1999`, or one instance.
    init?(text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let low = UInt32(ends[0]), let high = UInt32(ends[ends.count - 1]),
            low <= high, high < ObjectIdentifier.wildcardInstance
        else { return nil }
        self.init(low, high)
    }
}
