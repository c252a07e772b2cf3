/// What routers say to each other and to us (clause 6.4).
///
/// Only what a node needs to find and follow routers. Messages that write a router's tables,
/// connections or keys, and vendors' own, are refused when they come and cannot be said. What routers
/// tell each other of their ways can be encoded, for tests and simulated routers; the client puts
/// ``whoIsRouterToNetwork(_:)`` alone.
public enum NetworkMessage: Hashable, Sendable {
    /// Who reaches this network, or any network.
    case whoIsRouterToNetwork(UInt16?)
    case iAmRouterToNetwork([UInt16])
    case iCouldBeRouterToNetwork(UInt16, performance: UInt8)
    case rejectMessageToNetwork(NetworkRejectReason, UInt16)
    /// Hold back what goes to these networks; none named means all behind the router.
    case routerBusyToNetwork([UInt16])
    case routerAvailableToNetwork([UInt16])
    case whatIsNetworkNumber
    case networkNumberIs(UInt16, isConfigured: Bool)
}

/// Why a router did not pass a message on (clause 6.4.4).
public struct NetworkRejectReason: NamedNumber {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let noRoute = NetworkRejectReason(rawValue: 1)
    public static let busy = NetworkRejectReason(rawValue: 2)
    public static let messageTooLong = NetworkRejectReason(rawValue: 4)

    public static let word = "network-reject-reason"

    public static let names: [UInt8: String] = [
        0: "other", 1: "not-directly-connected", 2: "busy", 3: "unknown-message-type",
        4: "message-too-long", 5: "security-error", 6: "addressing-error",
    ]
}

extension NetworkMessage: WireForm {
    private enum Kind: UInt8 {
        case whoIsRouterToNetwork = 0x00
        case iAmRouterToNetwork = 0x01
        case iCouldBeRouterToNetwork = 0x02
        case rejectMessageToNetwork = 0x03
        case routerBusyToNetwork = 0x04
        case routerAvailableToNetwork = 0x05
        case whatIsNetworkNumber = 0x12
        case networkNumberIs = 0x13
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        let start = reader.offset
        let number = try reader.octet()
        guard let kind = Kind(rawValue: number) else {
            throw .unsupported(
                offset: start, found: "network message \(number)",
                expected: "one that asks or tells")
        }
        switch kind {
        case .whoIsRouterToNetwork:
            self = .whoIsRouterToNetwork(reader.isAtEnd ? nil : try reader.octetPair())
        case .iAmRouterToNetwork: self = .iAmRouterToNetwork(try reader.networks())
        case .iCouldBeRouterToNetwork:
            self = .iCouldBeRouterToNetwork(
                try reader.octetPair(), performance: try reader.octet())
        case .rejectMessageToNetwork:
            let reason = NetworkRejectReason(rawValue: try reader.octet())
            self = .rejectMessageToNetwork(reason, try reader.octetPair())
        case .routerBusyToNetwork: self = .routerBusyToNetwork(try reader.networks())
        case .routerAvailableToNetwork: self = .routerAvailableToNetwork(try reader.networks())
        case .whatIsNetworkNumber: self = .whatIsNetworkNumber
        case .networkNumberIs: self = try reader.networkNumber()
        }
    }

    public func encode(into writer: inout MessageWriter) {
        switch self {
        case .whoIsRouterToNetwork(let network):
            writer.append(Kind.whoIsRouterToNetwork.rawValue)
            if let network { writer.append(pair: network) }
        case .iAmRouterToNetwork(let networks):
            writer.append(Kind.iAmRouterToNetwork.rawValue, networks)
        case .iCouldBeRouterToNetwork(let network, let performance):
            writer.append(Kind.iCouldBeRouterToNetwork.rawValue, [network])
            writer.append(performance)
        case .rejectMessageToNetwork(let reason, let network):
            writer.append(Kind.rejectMessageToNetwork.rawValue)
            writer.append(reason.rawValue)
            writer.append(pair: network)
        case .routerBusyToNetwork(let networks):
            writer.append(Kind.routerBusyToNetwork.rawValue, networks)
        case .routerAvailableToNetwork(let networks):
            writer.append(Kind.routerAvailableToNetwork.rawValue, networks)
        case .whatIsNetworkNumber: writer.append(Kind.whatIsNetworkNumber.rawValue)
        case .networkNumberIs(let network, let isConfigured):
            writer.append(Kind.networkNumberIs.rawValue, [network])
            writer.append(UInt8(isConfigured ? 1 : 0))
        }
    }
}

extension MessageReader {
    fileprivate mutating func networks() throws(MessageError) -> [UInt16] {
        var networks: [UInt16] = []
        while !isAtEnd {
            try countElement()
            networks.append(try octetPair())
        }
        return networks
    }

    fileprivate mutating func networkNumber() throws(MessageError) -> NetworkMessage {
        let network = try octetPair()
        let start = offset
        let flag = try octet()
        guard flag <= 1 else {
            throw .malformed(offset: start, found: "flag \(flag)", expected: "0 or 1")
        }
        return .networkNumberIs(network, isConfigured: flag == 1)
    }
}

extension MessageWriter {
    fileprivate mutating func append(_ kind: UInt8, _ networks: [UInt16]) {
        append(kind)
        for network in networks { append(pair: network) }
    }
}
