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

extension OwnDevice {
    var introduction: IAmRequest {
        IAmRequest(
            device: object, maxAPDU: UInt32(APDUSize.octets1476.octetCount),
            segmentation: .transmit, vendor: UInt32(vendor))
    }

    /// True for our object, and for "whichever device you are".
    func isMeant(by object: ObjectIdentifier) -> Bool {
        object == self.object
            || object == ObjectIdentifier(.device, ObjectIdentifier.wildcardInstance)
    }

    private static let properties: [PropertyIdentifier] = [
        .objectIdentifier, .objectName, .objectType, .systemStatus, .vendorName,
        .vendorIdentifier, .modelName, .firmwareRevision, .applicationSoftwareVersion,
        .protocolVersion, .protocolRevision, .protocolServicesSupported,
        .protocolObjectTypesSupported, .objectList, .maxAPDULengthAccepted,
        .segmentationSupported, .apduTimeout, .numberOfAPDURetries, .databaseRevision,
        .propertyList,
    ]

    /// The properties that a reference means: those of a selection, or the one that it names.
    func references(of reference: PropertyReference) -> [PropertyReference] {
        switch reference.property {
        case .all, .required: OwnDevice.properties.map { PropertyReference($0) }
        case .optional: []
        default: [reference]
        }
    }

    /// A property of the Device object, or what a device says that has no such thing.
    func value(
        of reference: PropertyReference, patience: Patience
    ) -> ReadPropertyMultipleAck.Outcome {
        guard let values = values(of: reference.property, patience: patience) else {
            return .error(ErrorReply(.property, .unknownProperty))
        }
        guard let index = reference.index else { return .values(values) }
        guard OwnDevice.arrays.contains(reference.property) else {
            return .error(ErrorReply(.property, .propertyIsNotAnArray))
        }
        guard index > 0 else { return .values([.unsigned(UInt64(values.count))]) }
        guard index <= values.count else {
            return .error(ErrorReply(.property, .invalidArrayIndex))
        }
        return .values([values[Int(index) - 1]])
    }

    private static let arrays: Set<PropertyIdentifier> = [.objectList, .propertyList]

    private func values(of property: PropertyIdentifier, patience: Patience) -> [TaggedValue]? {
        switch property {
        case .objectIdentifier, .objectList: [.object(object)]
        case .objectName: [text(name)]
        case .objectType: [.enumerated(UInt32(ObjectType.device.rawValue))]
        case .systemStatus: [.enumerated(0)]
        case .vendorName: [text(vendorName)]
        case .vendorIdentifier: [.unsigned(UInt64(vendor))]
        case .modelName: [text(modelName)]
        case .firmwareRevision, .applicationSoftwareVersion: [text(firmwareRevision)]
        case .protocolVersion: [.unsigned(1)]
        case .protocolRevision: [.unsigned(14)]
        case .protocolServicesSupported: [.bits(OwnDevice.services)]
        case .protocolObjectTypesSupported: [.bits(OwnDevice.objectTypes)]
        case .maxAPDULengthAccepted: [.unsigned(UInt64(APDUSize.octets1476.octetCount))]
        case .segmentationSupported: [.enumerated(UInt32(Segmentation.transmit.rawValue))]
        case .apduTimeout: [.unsigned(UInt64(patience.timeout / .milliseconds(1)))]
        case .numberOfAPDURetries: [.unsigned(UInt64(patience.retryCount))]
        case .databaseRevision: [.unsigned(1)]
        case .propertyList:
            // All but the four that every object has (clause 12.1.1.4.1).
            OwnDevice.properties
                .filter {
                    ![.objectIdentifier, .objectName, .objectType, .propertyList].contains($0)
                }
                .map { .enumerated($0.rawValue) }
        default: nil
        }
    }

    private func text(_ text: String) -> TaggedValue { .characters(CharacterString(text)) }

    /// What is answered, by the bits of BACnetServicesSupported: confirmed and unconfirmed
    /// notifications, ReadProperty and ReadPropertyMultiple, I-Am, I-Have, Who-Has, Who-Is.
    private static let services = BitString(
        (0..<41).map { [1, 12, 14, 26, 27, 28, 33, 34].contains($0) })

    private static let objectTypes = BitString(
        (0..<60).map { $0 == Int(ObjectType.device.rawValue) })
}
