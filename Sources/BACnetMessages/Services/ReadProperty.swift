/// Asks for one property (clause 15.5).
public struct ReadPropertyRequest: Hashable, WireForm {
    public var target: ObjectProperty

    public init(_ target: ObjectProperty) { self.target = target }

    public init(from reader: inout MessageReader) throws(MessageError) {
        target = try ObjectProperty(from: &reader)
    }

    public func encode(into writer: inout MessageWriter) { target.encode(into: &writer) }
}

/// One property and what it is: a single value, or the values of a list or array.
public struct ReadPropertyAck: Hashable, WireForm {
    public var target: ObjectProperty
    public var values: [TaggedValue]

    public init(_ target: ObjectProperty, values: [TaggedValue]) {
        self.target = target
        self.values = values
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        target = try ObjectProperty(from: &reader)
        values = try reader.values(inside: 3)
    }

    public func encode(into writer: inout MessageWriter) {
        target.encode(into: &writer)
        writer.append(inside: 3, values)
    }
}
