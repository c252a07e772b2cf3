/// A message of the network layer (clause 6.2).
///
/// ```
/// offset size
///      0    1  version, 1
///      1    1  control: 0x80 network message, 0x20 destination, 0x08 source, 0x04 reply expected,
///              0x03 priority
///      2    …  destination network 2, length 1, station; source network 2, length 1, station;
///              hop count 1 (with a destination only)
///      …    …  the APDU; or message type 1, vendor 2 (types from 0x80 on), content
/// ```
public struct NPDU: Hashable, Sendable {
    public enum Priority: UInt8, Hashable, Sendable {
        case normal = 0
        case urgent = 1
        case criticalEquipment = 2
        case lifeSafety = 3
    }

    public enum Content: Hashable, Sendable {
        case apdu([UInt8])
        case networkMessage(NetworkMessage)
    }

    /// Where it goes if not to this network, with what is left of its hops.
    public var destination: NetworkAddress?
    public var hopCount: UInt8
    /// The station behind the router that it comes from.
    public var source: NetworkAddress?
    public var expectsReply: Bool
    public var priority: Priority
    public var content: Content

    /// - Parameters:
    ///   - content: what the network carries, or says itself.
    ///   - destination: the station behind a router that it is for; `nil` for this network's own.
    ///   - hopCount: routers that may still pass it on; counts with a destination only.
    ///   - source: the station behind a router that it comes from.
    ///   - expectsReply: whether the sender waits for an answer.
    ///   - priority: of routers, which pass on the greater first.
    public init(
        _ content: Content, destination: NetworkAddress? = nil, hopCount: UInt8 = 255,
        source: NetworkAddress? = nil, expectsReply: Bool = false, priority: Priority = .normal
    ) {
        self.destination = destination
        self.hopCount = hopCount
        self.source = source
        self.expectsReply = expectsReply
        self.priority = priority
        self.content = content
    }
}

extension NPDU: WireForm {
    private static let version: UInt8 = 1

    private enum Control {
        static let networkMessage: UInt8 = 0x80
        static let destination: UInt8 = 0x20
        static let source: UInt8 = 0x08
        static let expectsReply: UInt8 = 0x04
        static let priority: UInt8 = 0x03
        static let reserved: UInt8 = 0x50
    }

    /// Takes the whole of what the reader has left.
    public init(from reader: inout MessageReader) throws(MessageError) {
        let start = reader.offset
        let version = try reader.octet()
        guard version == NPDU.version else {
            throw .malformed(offset: start, found: "version \(version)", expected: "1")
        }
        let control = try reader.octet()
        guard control & Control.reserved == 0 else {
            throw .malformed(
                offset: start + 1, found: "control \(control)", expected: "bits 6 and 4 clear")
        }
        destination = nil
        if control & Control.destination != 0 {
            destination = try NPDU.destination(from: &reader)
        }
        source = nil
        if control & Control.source != 0 { source = try NPDU.source(from: &reader) }
        hopCount = destination == nil ? 255 : try reader.octet()
        expectsReply = control & Control.expectsReply != 0
        // Two bits have four values, and each is a priority.
        priority = Priority(rawValue: control & Control.priority) ?? .normal
        if control & Control.networkMessage != 0 {
            content = .networkMessage(try NetworkMessage(from: &reader))
            try reader.finish()
        } else {
            content = .apdu(reader.rest())
        }
    }

    private static func destination(
        from reader: inout MessageReader
    ) throws(MessageError) -> NetworkAddress {
        let start = reader.offset
        let address = try NetworkAddress(from: &reader)
        guard address.network != 0 else {
            throw .malformed(offset: start, found: "network 0", expected: "1 to 65535")
        }
        return address
    }

    /// A source is one station of one network.
    private static func source(
        from reader: inout MessageReader
    ) throws(MessageError) -> NetworkAddress {
        let start = reader.offset
        let address = try NetworkAddress(from: &reader)
        guard (1..<NetworkAddress.everyNetwork).contains(address.network), !address.station.isEmpty
        else {
            throw .malformed(
                offset: start, found: "source \(address)", expected: "one station of one network")
        }
        return address
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(NPDU.version)
        writer.append(control)
        destination?.encode(into: &writer)
        source?.encode(into: &writer)
        if destination != nil { writer.append(hopCount) }
        switch content {
        case .apdu(let octets): writer.append(octets)
        case .networkMessage(let message): message.encode(into: &writer)
        }
    }

    private var control: UInt8 {
        var control = priority.rawValue
        if case .networkMessage = content { control |= Control.networkMessage }
        if destination != nil { control |= Control.destination }
        if source != nil { control |= Control.source }
        if expectsReply { control |= Control.expectsReply }
        return control
    }
}
