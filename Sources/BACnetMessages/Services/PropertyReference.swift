/// A property, or one element of an array property.
public struct PropertyReference: Hashable, Sendable {
    public var property: PropertyIdentifier
    /// 1… for an element, 0 for the array's length, `nil` for the whole.
    public var index: UInt32?

    public init(_ property: PropertyIdentifier, index: UInt32? = nil) {
        self.property = property
        self.index = index
    }
}

extension PropertyReference: CustomStringConvertible {
    public var description: String {
        index.map { "\(property)[\($0)]" } ?? "\(property)"
    }
}

/// A property of an object.
public struct ObjectProperty: Hashable, Sendable {
    public var object: ObjectIdentifier
    public var reference: PropertyReference

    public init(_ object: ObjectIdentifier, _ reference: PropertyReference) {
        self.object = object
        self.reference = reference
    }

    public init(
        _ object: ObjectIdentifier, _ property: PropertyIdentifier, index: UInt32? = nil
    ) {
        self.init(object, PropertyReference(property, index: index))
    }

    /// All, required or optional properties of the object, not one of them.
    public var isSelection: Bool { reference.property.isSelection }
}

extension ObjectProperty: CustomStringConvertible {
    public var description: String { "\(object) \(reference)" }
}

extension ObjectProperty: WireForm {
    /// Reads object [0], property [1], index [2], as the reading services have them.
    public init(from reader: inout MessageReader) throws(MessageError) {
        object = try reader.object(context: 0)
        reference = try reader.reference(property: 1, index: 2)
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(context: 0, object)
        writer.append(reference, property: 1, index: 2)
    }
}

extension MessageReader {
    mutating func reference(
        property: UInt8, index: UInt8
    ) throws(MessageError) -> PropertyReference {
        let identifier = PropertyIdentifier(rawValue: try unsigned32(context: property))
        return PropertyReference(identifier, index: try unsigned32IfNext(context: index))
    }
}

extension MessageWriter {
    mutating func append(_ reference: PropertyReference, property: UInt8, index: UInt8) {
        append(context: property, reference.property.rawValue)
        append(context: index, ifSet: reference.index)
    }
}
