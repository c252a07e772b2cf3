/// Tells a subscriber what an object's properties are now (clauses 13.1 and 13.11).
///
/// Nothing inside says when: the time is that of arrival.
public struct COVNotification: Hashable, WireForm {
    public struct Value: Hashable, Sendable {
        public var reference: PropertyReference
        public var values: [TaggedValue]
        /// Of a commanded property, where the device tells it.
        public var priority: UInt32?

        public init(
            _ reference: PropertyReference, _ values: [TaggedValue], priority: UInt32? = nil
        ) {
            self.reference = reference
            self.values = values
            self.priority = priority
        }
    }

    /// The number that the subscriber gave.
    public var process: UInt32
    public var device: ObjectIdentifier
    public var object: ObjectIdentifier
    /// Of the subscription; 0 for one without end.
    public var secondsLeft: UInt32
    public var values: [Value]

    public init(
        process: UInt32, device: ObjectIdentifier, object: ObjectIdentifier, secondsLeft: UInt32,
        values: [Value]
    ) {
        self.process = process
        self.device = device
        self.object = object
        self.secondsLeft = secondsLeft
        self.values = values
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        process = try reader.unsigned32(context: 0)
        device = try reader.object(context: 1)
        object = try reader.object(context: 2)
        secondsLeft = try reader.unsigned32(context: 3)
        values = []
        try reader.open(4)
        while try !reader.isNext(closing: 4) {
            try reader.countElement()
            values.append(try Value(from: &reader))
        }
        try reader.close(4)
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(context: 0, process)
        writer.append(context: 1, device)
        writer.append(context: 2, object)
        writer.append(context: 3, secondsLeft)
        writer.open(4)
        for value in values { value.encode(into: &writer) }
        writer.close(4)
    }
}

extension COVNotification.Value: WireForm {
    /// Reads property [0], index [1], values [2], priority [3].
    public init(from reader: inout MessageReader) throws(MessageError) {
        reference = try reader.reference(property: 0, index: 1)
        values = try reader.values(inside: 2)
        priority = try reader.unsigned32IfNext(context: 3)
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(reference, property: 0, index: 1)
        writer.append(inside: 2, values)
        writer.append(context: 3, ifSet: priority)
    }
}
