/// How changes are to be told: with or without an acknowledgement, and for how long.
public struct SubscriptionTerms: Hashable, Sendable {
    public var isConfirmed: Bool
    /// `nil` and 0 mean for ever, which some devices do not survive: a collector always sets it.
    public var lifetimeSeconds: UInt32?

    public init(isConfirmed: Bool, lifetimeSeconds: UInt32?) {
        self.isConfirmed = isConfirmed
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// Asks to be told of changes of an object, or no longer (clause 13.14).
public struct SubscribeCOVRequest: Hashable, WireForm {
    /// The subscriber's own number, echoed in each notification.
    public var process: UInt32
    public var object: ObjectIdentifier
    /// `nil` cancels.
    public var terms: SubscriptionTerms?

    public init(process: UInt32, object: ObjectIdentifier, terms: SubscriptionTerms?) {
        self.process = process
        self.object = object
        self.terms = terms
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        process = try reader.unsigned32(context: 0)
        object = try reader.object(context: 1)
        terms = try reader.terms()
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(context: 0, process)
        writer.append(context: 1, object)
        writer.append(terms)
    }
}

/// Asks to be told of changes of one property, or no longer (clause 13.15).
public struct SubscribeCOVPropertyRequest: Hashable, WireForm {
    public var process: UInt32
    public var target: ObjectProperty
    /// `nil` cancels.
    public var terms: SubscriptionTerms?
    /// By how much a real must change; `nil` leaves it to the device.
    public var increment: Float?

    public init(
        process: UInt32, target: ObjectProperty, terms: SubscriptionTerms?,
        increment: Float? = nil
    ) {
        self.process = process
        self.target = target
        self.terms = terms
        self.increment = increment
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        process = try reader.unsigned32(context: 0)
        let object = try reader.object(context: 1)
        terms = try reader.terms()
        try reader.open(4)
        target = ObjectProperty(object, try reader.reference(property: 0, index: 1))
        try reader.close(4)
        increment = nil
        if try reader.isNext(context: 5) {
            increment = try reader.real(octetCount: reader.primitive(.context, 5))
        }
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(context: 0, process)
        writer.append(context: 1, target.object)
        writer.append(terms)
        writer.open(4)
        writer.append(target.reference, property: 0, index: 1)
        writer.close(4)
        if let increment { writer.append(.context, 5, real: increment) }
    }
}

extension MessageReader {
    /// Confirmed [2] and lifetime [3]; a lifetime without the other is no request.
    fileprivate mutating func terms() throws(MessageError) -> SubscriptionTerms? {
        guard try isNext(context: 2) else { return nil }
        let isConfirmed = try boolean(context: 2)
        return SubscriptionTerms(
            isConfirmed: isConfirmed, lifetimeSeconds: try unsigned32IfNext(context: 3))
    }
}

extension MessageWriter {
    fileprivate mutating func append(_ terms: SubscriptionTerms?) {
        guard let terms else { return }
        append(context: 2, boolean: terms.isConfirmed)
        append(context: 3, ifSet: terms.lifetimeSeconds)
    }
}
