/// The device instances that are asked, both ends included. Clients exist that send them the wrong
/// way round: that range holds nobody.
public struct InstanceRange: Hashable, Sendable {
    public var low: UInt32
    public var high: UInt32

    public init(_ low: UInt32, _ high: UInt32) {
        self.low = low
        self.high = high
    }

    public func contains(_ instance: UInt32) -> Bool { low <= instance && instance <= high }
}

/// Asks who is there (clause 16.10).
public struct WhoIsRequest: Hashable, WireForm {
    /// Only these instances are to answer; `nil` for all.
    public var instances: InstanceRange?

    public init(instances: InstanceRange? = nil) { self.instances = instances }

    public init(from reader: inout MessageReader) throws(MessageError) {
        instances = try reader.instances()
    }

    public func encode(into writer: inout MessageWriter) { writer.append(instances) }
}

/// Says who is there and what it takes (clause 16.10).
public struct IAmRequest: Hashable, WireForm {
    public var device: ObjectIdentifier
    /// The greatest APDU that the device takes, in octets.
    public var maxAPDU: UInt32
    public var segmentation: Segmentation
    public var vendor: UInt32

    public init(
        device: ObjectIdentifier, maxAPDU: UInt32, segmentation: Segmentation, vendor: UInt32
    ) {
        self.device = device
        self.maxAPDU = maxAPDU
        self.segmentation = segmentation
        self.vendor = vendor
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        device = try reader.device()
        maxAPDU = try reader.unsigned32()
        let start = reader.offset
        let number = try reader.enumerated()
        guard let octet = UInt8(exactly: number), let value = Segmentation(rawValue: octet) else {
            throw .malformed(offset: start, found: "segmentation \(number)", expected: "0 to 3")
        }
        segmentation = value
        vendor = try reader.unsigned32()
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append([
            .object(device), .unsigned(UInt64(maxAPDU)),
            .enumerated(UInt32(segmentation.rawValue)), .unsigned(UInt64(vendor)),
        ])
    }
}

/// Asks who has an object (clause 16.9).
public struct WhoHasRequest: Hashable, WireForm {
    public enum Wanted: Hashable, Sendable {
        case object(ObjectIdentifier)
        case name(CharacterString)
    }

    public var instances: InstanceRange?
    public var wanted: Wanted

    public init(_ wanted: Wanted, instances: InstanceRange? = nil) {
        self.instances = instances
        self.wanted = wanted
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        instances = try reader.instances()
        if try reader.isNext(context: 2) {
            wanted = .object(try reader.object(context: 2))
        } else {
            let length = try reader.primitive(.context, 3)
            wanted = .name(try reader.characters(octetCount: length))
        }
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(instances)
        switch wanted {
        case .object(let object): writer.append(context: 2, object)
        case .name(let name): writer.append(.context, 3, octets: name.content)
        }
    }
}

/// Says who has an object (clause 16.9).
public struct IHaveRequest: Hashable, WireForm {
    public var device: ObjectIdentifier
    public var object: ObjectIdentifier
    public var name: CharacterString

    public init(device: ObjectIdentifier, object: ObjectIdentifier, name: CharacterString) {
        self.device = device
        self.object = object
        self.name = name
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        device = try reader.device()
        object = try reader.object()
        name = try reader.characters(
            octetCount: reader.primitive(.application, TaggedValue.Number.characters))
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append([.object(device), .object(object), .characters(name)])
    }
}

extension MessageReader {
    /// Who speaks: a Device object with an instance of its own. Anything else would be believed as
    /// a device that nobody can ask.
    fileprivate mutating func device() throws(MessageError) -> ObjectIdentifier {
        let start = offset
        let device = try object()
        guard device.type == .device, device.instance < ObjectIdentifier.wildcardInstance else {
            throw .malformed(
                offset: start, found: "\(device)",
                expected: "a device below \(ObjectIdentifier.wildcardInstance)")
        }
        return device
    }

    /// Low [0] and high [1], both or neither.
    fileprivate mutating func instances() throws(MessageError) -> InstanceRange? {
        guard try isNext(context: 0) else { return nil }
        let low = try unsigned32(context: 0)
        return InstanceRange(low, try unsigned32(context: 1))
    }
}

extension MessageWriter {
    fileprivate mutating func append(_ instances: InstanceRange?) {
        guard let instances else { return }
        append(context: 0, instances.low)
        append(context: 1, instances.high)
    }
}
