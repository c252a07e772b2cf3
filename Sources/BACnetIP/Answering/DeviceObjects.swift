public import BACnetMessages

/// The objects of one device, as whoever answers for it looks them up. Nothing of it is changed by a
/// question.
public protocol DeviceObjects: Sendable {
    /// What the device says of itself.
    var introduction: IAmRequest { get }

    /// `nil` where the device has no object of that name.
    func object(named name: String) -> ObjectIdentifier?
    /// `nil` where the device has no such object.
    func name(of object: ObjectIdentifier) -> String?

    /// The properties of an object of the device, in the order in which they are told.
    func properties(
        of object: ObjectIdentifier, in selection: PropertySelection
    ) -> [PropertyIdentifier]
    /// What a property of an object of the device is now; `nil` where it has none of that name.
    func content(
        of property: PropertyIdentifier, of object: ObjectIdentifier, at now: Duration
    ) -> PropertyContent?

    /// A part of a list of an object of the device. The answer's parameters have no more than so
    /// many octets.
    func range(
        _ request: ReadRangeRequest, octetCountMax: Int, at now: Duration
    ) -> Result<ReadRangeAck, RangeRefusal>
}

extension DeviceObjects {
    /// The Device object itself.
    public var device: ObjectIdentifier { introduction.device }

    public func range(
        _ request: ReadRangeRequest, octetCountMax: Int, at now: Duration
    ) -> Result<ReadRangeAck, RangeRefusal> {
        .failure(RangeRefusal(ErrorReply(.services, .propertyIsNotAList)))
    }

    /// The object that an identifier means: the wildcard instance means whichever device this is.
    func resolved(_ object: ObjectIdentifier) -> ObjectIdentifier? {
        if object == ObjectIdentifier(.device, ObjectIdentifier.wildcardInstance) { return device }
        return name(of: object) == nil ? nil : object
    }
}

/// Several properties of an object that are asked for at once.
public enum PropertySelection: Hashable, Sendable {
    case all
    case required
    case optional

    init?(_ property: PropertyIdentifier) {
        switch property {
        case .all: self = .all
        case .required: self = .required
        case .optional: self = .optional
        default: return nil
        }
    }
}

/// What a property is.
public enum PropertyContent: Hashable, Sendable {
    /// A single value, or the values of a list.
    case plain([TaggedValue])
    /// Elements that can be asked for one by one.
    case array([TaggedValue])
    /// It cannot be read now, or not by this service.
    case error(ErrorReply)

    /// The whole, an element, or with index 0 the number of elements.
    func outcome(at index: UInt32?) -> ReadPropertyMultipleAck.Outcome {
        switch (self, index) {
        case (.error(let error), _): return .error(error)
        case (.plain(let values), nil), (.array(let values), nil): return .values(values)
        case (.plain, _): return .error(ErrorReply(.property, .propertyIsNotAnArray))
        case (.array(let values), let index?):
            if index == 0 { return .values([.unsigned(UInt64(values.count))]) }
            guard index <= values.count else {
                return .error(ErrorReply(.property, .invalidArrayIndex))
            }
            return .values([values[Int(index) - 1]])
        }
    }
}

/// Why no part of a list was given.
public struct RangeRefusal: Error, Hashable, Sendable {
    public var reply: ErrorReply

    public init(_ reply: ErrorReply) { self.reply = reply }
}
