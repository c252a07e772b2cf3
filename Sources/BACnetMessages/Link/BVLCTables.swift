/// What a BBMD or another node made of a request of the link layer (Annex J.2.1).
public struct BVLCResultCode: NamedNumber {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let success = BVLCResultCode(rawValue: 0x00)
    public static let registerForeignDeviceRefused = BVLCResultCode(rawValue: 0x30)
    public static let distributeBroadcastRefused = BVLCResultCode(rawValue: 0x60)

    public static let word = "result"

    public static let names: [UInt16: String] = [
        0x00: "success", 0x10: "write-broadcast-distribution-table-nak",
        0x20: "read-broadcast-distribution-table-nak", 0x30: "register-foreign-device-nak",
        0x40: "read-foreign-device-table-nak", 0x50: "delete-foreign-device-table-entry-nak",
        0x60: "distribute-broadcast-to-network-nak",
    ]

    /// What a node that is no BBMD answers to a datagram that only a BBMD may obey; `nil` where no
    /// answer is due. Looks at the function alone, so that it also answers what cannot be decoded.
    public static func refusal(of datagram: [UInt8]) -> BVLCResultCode? {
        guard datagram.count >= 4, datagram[0] == BVLCMessage.type else { return nil }
        switch datagram[1] {
        case 0x01: return BVLCResultCode(rawValue: 0x10)
        case 0x02: return BVLCResultCode(rawValue: 0x20)
        case 0x05: return registerForeignDeviceRefused
        case 0x06: return BVLCResultCode(rawValue: 0x40)
        case 0x08: return BVLCResultCode(rawValue: 0x50)
        case 0x09: return distributeBroadcastRefused
        default: return nil
        }
    }
}

/// A BBMD that another BBMD forwards broadcasts to, and the mask it does that with.
public struct BroadcastDistributionEntry: WireForm, Hashable {
    public var endpoint: IPv4Endpoint
    public var mask: UInt32

    public init(endpoint: IPv4Endpoint, mask: UInt32) {
        self.endpoint = endpoint
        self.mask = mask
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        endpoint = try IPv4Endpoint(from: &reader)
        mask = UInt32(truncatingIfNeeded: try reader.unsigned(octetCount: 4))
    }

    public func encode(into writer: inout MessageWriter) {
        endpoint.encode(into: &writer)
        writer.append(UInt64(mask), octetCount: 4)
    }
}

/// A foreign device that a BBMD knows.
public struct ForeignDeviceEntry: WireForm, Hashable {
    public var endpoint: IPv4Endpoint
    /// What it registered with.
    public var timeToLiveSeconds: UInt16
    /// Until it is forgotten, the 30 s of grace included.
    public var remainingSeconds: UInt16

    public init(endpoint: IPv4Endpoint, timeToLiveSeconds: UInt16, remainingSeconds: UInt16) {
        self.endpoint = endpoint
        self.timeToLiveSeconds = timeToLiveSeconds
        self.remainingSeconds = remainingSeconds
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        endpoint = try IPv4Endpoint(from: &reader)
        timeToLiveSeconds = try reader.octetPair()
        remainingSeconds = try reader.octetPair()
    }

    public func encode(into writer: inout MessageWriter) {
        endpoint.encode(into: &writer)
        writer.append(pair: timeToLiveSeconds)
        writer.append(pair: remainingSeconds)
    }
}
