/// One UDP payload of BACnet/IP (Annex J).
///
/// ```
/// offset size
///      0    1  0x81
///      1    1  function
///      2    2  length of the whole, these four octets included
///      4    …  what the function says
/// ```
///
/// Write-Broadcast-Distribution-Table and Delete-Foreign-Device-Table-Entry, which would change the
/// tables of a BBMD, and Secure-BVLL, which the standard has withdrawn, are refused when they arrive
/// and cannot be encoded.
public enum BVLCMessage: Hashable, Sendable {
    case result(BVLCResultCode)
    case readBroadcastDistributionTable
    case readBroadcastDistributionTableAck([BroadcastDistributionEntry])
    /// A broadcast that a BBMD passes on. Replies go to `origin`, not to where the datagram is from.
    case forwardedNPDU(origin: IPv4Endpoint, npdu: [UInt8])
    case registerForeignDevice(timeToLiveSeconds: UInt16)
    case readForeignDeviceTable
    case readForeignDeviceTableAck([ForeignDeviceEntry])
    case distributeBroadcastToNetwork(npdu: [UInt8])
    case originalUnicastNPDU([UInt8])
    case originalBroadcastNPDU([UInt8])
}

extension BVLCMessage {
    static let type: UInt8 = 0x81

    enum Function: UInt8 {
        case result = 0x00
        case readBroadcastDistributionTable = 0x02
        case readBroadcastDistributionTableAck = 0x03
        case forwardedNPDU = 0x04
        case registerForeignDevice = 0x05
        case readForeignDeviceTable = 0x06
        case readForeignDeviceTableAck = 0x07
        case distributeBroadcastToNetwork = 0x09
        case originalUnicastNPDU = 0x0A
        case originalBroadcastNPDU = 0x0B
    }

    /// The network message inside, for the four functions that carry one.
    public var npdu: [UInt8]? {
        switch self {
        case .forwardedNPDU(_, let npdu), .distributeBroadcastToNetwork(let npdu),
            .originalUnicastNPDU(let npdu), .originalBroadcastNPDU(let npdu):
            npdu
        default: nil
        }
    }
}

extension BVLCMessage: WireForm {
    /// Takes the whole of what the reader has left: the length field must say just that.
    public init(from reader: inout MessageReader) throws(MessageError) {
        let start = reader.offset
        let byteCount = reader.remaining
        guard byteCount <= MessageLimits.datagramOctetCountMax else {
            throw .limitExceeded(
                offset: start, found: byteCount, expected: MessageLimits.datagramOctetCountMax)
        }
        let type = try reader.octet()
        guard type == BVLCMessage.type else {
            throw .malformed(offset: start, found: "type \(type)", expected: "0x81")
        }
        let number = try reader.octet()
        let length = Int(try reader.octetPair())
        guard length == byteCount else {
            throw .malformed(
                offset: start + 2, found: "length \(length)", expected: "\(byteCount)")
        }
        guard let function = Function(rawValue: number) else {
            throw .unsupported(
                offset: start + 1, found: "function \(number)", expected: "one of Annex J")
        }
        try self.init(function, from: &reader)
        try reader.finish()
    }

    private init(
        _ function: Function, from reader: inout MessageReader
    ) throws(MessageError) {
        switch function {
        case .result: self = .result(BVLCResultCode(rawValue: try reader.octetPair()))
        case .readBroadcastDistributionTable: self = .readBroadcastDistributionTable
        case .readBroadcastDistributionTableAck:
            self = .readBroadcastDistributionTableAck(try reader.entries())
        case .forwardedNPDU:
            self = .forwardedNPDU(
                origin: try IPv4Endpoint(from: &reader), npdu: reader.rest())
        case .registerForeignDevice:
            self = .registerForeignDevice(timeToLiveSeconds: try reader.octetPair())
        case .readForeignDeviceTable: self = .readForeignDeviceTable
        case .readForeignDeviceTableAck: self = .readForeignDeviceTableAck(try reader.entries())
        case .distributeBroadcastToNetwork:
            self = .distributeBroadcastToNetwork(npdu: reader.rest())
        case .originalUnicastNPDU: self = .originalUnicastNPDU(reader.rest())
        case .originalBroadcastNPDU: self = .originalBroadcastNPDU(reader.rest())
        }
    }

    public func encode(into writer: inout MessageWriter) {
        var body = MessageWriter()
        let function = encodeBody(into: &body)
        precondition(body.bytes.count <= 0xFFFF - 4, "a datagram's length has 16 bits")
        writer.append(BVLCMessage.type)
        writer.append(function.rawValue)
        writer.append(pair: UInt16(body.bytes.count + 4))
        writer.append(body.bytes)
    }

    private func encodeBody(into body: inout MessageWriter) -> Function {
        switch self {
        case .result(let code):
            body.append(pair: code.rawValue)
            return .result
        case .readBroadcastDistributionTable: return .readBroadcastDistributionTable
        case .readBroadcastDistributionTableAck(let entries):
            for entry in entries { entry.encode(into: &body) }
            return .readBroadcastDistributionTableAck
        case .forwardedNPDU(let origin, let npdu):
            origin.encode(into: &body)
            body.append(npdu)
            return .forwardedNPDU
        case .registerForeignDevice(let seconds):
            body.append(pair: seconds)
            return .registerForeignDevice
        case .readForeignDeviceTable: return .readForeignDeviceTable
        case .readForeignDeviceTableAck(let entries):
            for entry in entries { entry.encode(into: &body) }
            return .readForeignDeviceTableAck
        case .distributeBroadcastToNetwork(let npdu):
            body.append(npdu)
            return .distributeBroadcastToNetwork
        case .originalUnicastNPDU(let npdu):
            body.append(npdu)
            return .originalUnicastNPDU
        case .originalBroadcastNPDU(let npdu):
            body.append(npdu)
            return .originalBroadcastNPDU
        }
    }
}

extension MessageReader {
    /// Entries of a table up to the end; the datagram's size bounds their number.
    fileprivate mutating func entries<Entry: WireForm>() throws(MessageError) -> [Entry] {
        var entries: [Entry] = []
        while !isAtEnd { entries.append(try Entry(from: &self)) }
        return entries
    }
}
