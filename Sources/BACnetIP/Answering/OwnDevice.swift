public import BACnetMessages

/// What the client says of itself: some devices refuse clients that they do not know.
public struct OwnDevice: Hashable, Sendable {
    /// Unique on the whole network, 0…4,194,302.
    public var instance: UInt32
    public var name: String
    public var vendor: UInt16
    public var vendorName: String
    public var modelName: String
    public var firmwareRevision: String

    public init(
        instance: UInt32, name: String, vendor: UInt16 = 0, vendorName: String = "Almanac",
        modelName: String = "Almanac collector", firmwareRevision: String = "1"
    ) {
        precondition(instance < ObjectIdentifier.wildcardInstance, "an instance has 22 bits")
        self.instance = instance
        self.name = name
        self.vendor = vendor
        self.vendorName = vendorName
        self.modelName = modelName
        self.firmwareRevision = firmwareRevision
    }

    public var object: ObjectIdentifier { ObjectIdentifier(.device, instance) }
}

/// The one object that the client has: its own device.
struct OwnObjects: DeviceObjects {
    private let own: OwnDevice
    private let patience: Patience
    private let transactions: TransactionLimits

    init(of configuration: ClientConfiguration) {
        own = configuration.device
        patience = configuration.patience
        transactions = configuration.transactions
    }

    /// Of the confirmed services, those that a client answers.
    static let services: Set<ConfirmedService> = [
        .confirmedCOVNotification, .readProperty, .readPropertyMultiple,
    ]

    var introduction: IAmRequest {
        IAmRequest(
            device: own.object, maxAPDU: UInt32(transactions.replySize.octetCount),
            segmentation: .transmit, vendor: UInt32(own.vendor))
    }

    func object(named name: String) -> ObjectIdentifier? { name == own.name ? own.object : nil }

    func name(of object: ObjectIdentifier) -> String? { object == own.object ? own.name : nil }

    func properties(
        of object: ObjectIdentifier, in selection: PropertySelection
    ) -> [PropertyIdentifier] {
        selection == .optional ? [] : OwnObjects.properties
    }

    private static let properties: [PropertyIdentifier] = [
        .objectIdentifier, .objectName, .objectType, .systemStatus, .vendorName,
        .vendorIdentifier, .modelName, .firmwareRevision, .applicationSoftwareVersion,
        .protocolVersion, .protocolRevision, .protocolServicesSupported,
        .protocolObjectTypesSupported, .objectList, .maxAPDULengthAccepted,
        .segmentationSupported, .maxSegmentsAccepted, .apduSegmentTimeout, .apduTimeout,
        .numberOfAPDURetries, .deviceAddressBinding, .databaseRevision, .propertyList,
    ]

    func content(
        of property: PropertyIdentifier, of object: ObjectIdentifier, at now: Duration
    ) -> PropertyContent? {
        guard let values = values(of: property) else { return nil }
        return property == .objectList || property == .propertyList
            ? .array(values) : .plain(values)
    }

    private func values(of property: PropertyIdentifier) -> [TaggedValue]? {
        switch property {
        case .objectIdentifier, .objectList: [.object(own.object)]
        case .objectName: [text(own.name)]
        case .objectType: [.enumerated(UInt32(ObjectType.device.rawValue))]
        case .systemStatus: [.enumerated(0)]
        case .vendorName: [text(own.vendorName)]
        case .vendorIdentifier: [.unsigned(UInt64(own.vendor))]
        case .modelName: [text(own.modelName)]
        case .firmwareRevision, .applicationSoftwareVersion: [text(own.firmwareRevision)]
        case .protocolVersion: [.unsigned(1)]
        case .protocolRevision: [.unsigned(14)]
        case .protocolServicesSupported: [.bits(OwnObjects.servicesSupported)]
        case .protocolObjectTypesSupported: [.bits(BitString(supporting: [.device]))]
        case .maxAPDULengthAccepted: [.unsigned(UInt64(transactions.replySize.octetCount))]
        case .segmentationSupported: [.enumerated(UInt32(Segmentation.transmit.rawValue))]
        case .maxSegmentsAccepted: [.unsigned(UInt64(transactions.segmentCountMax))]
        case .apduSegmentTimeout: [.unsigned(transactions.segmentTimeout.millisecondCount)]
        case .apduTimeout: [.unsigned(patience.timeout.millisecondCount)]
        case .numberOfAPDURetries: [.unsigned(UInt64(patience.retryCount))]
        case .deviceAddressBinding: []
        case .databaseRevision: [.unsigned(1)]
        case .propertyList: OwnObjects.properties.propertyList
        default: nil
        }
    }

    private func text(_ text: String) -> TaggedValue { .characters(CharacterString(text)) }

    private static let servicesSupported = BitString(
        supporting: services, [.iAm, .iHave, .unconfirmedCOVNotification, .whoHas, .whoIs])
}

extension Duration {
    fileprivate var millisecondCount: UInt64 { UInt64(max(0, self / .milliseconds(1))) }
}
