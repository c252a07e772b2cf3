public import BACnetMessages

extension BitString {
    /// The value of protocol-services-supported (clause 21, BACnetServicesSupported).
    public init(supporting confirmed: Set<ConfirmedService>, _ unconfirmed: Set<UnconfirmedService>)
    {
        let bits = Set(confirmed.map(\.supportedBit) + unconfirmed.map(\.supportedBit))
        self.init((0..<41).map(bits.contains))
    }

    /// The value of protocol-object-types-supported.
    public init(supporting types: Set<ObjectType>) {
        let bits = Set(types.map { Int($0.rawValue) })
        self.init((0..<60).map(bits.contains))
    }
}

extension ConfirmedService {
    /// Confirmed services came first, so most of them have their own number as bit.
    fileprivate var supportedBit: Int {
        switch self {
        case .readRange: 35
        case .subscribeCOVProperty: 38
        case .confirmedCOVNotification, .subscribeCOV, .readProperty, .readPropertyMultiple:
            Int(rawValue)
        }
    }
}

extension UnconfirmedService {
    fileprivate var supportedBit: Int {
        switch self {
        case .iAm: 26
        case .iHave: 27
        case .unconfirmedCOVNotification: 28
        case .whoHas: 33
        case .whoIs: 34
        }
    }
}

extension [PropertyIdentifier] {
    /// The value of property-list: all but the four that every object has (clause 12.1.1.4.1).
    public var propertyList: [TaggedValue] {
        let everywhere: Set<PropertyIdentifier> = [
            .objectIdentifier, .objectName, .objectType, .propertyList,
        ]
        return filter { !everywhere.contains($0) }.map { .enumerated($0.rawValue) }
    }
}
