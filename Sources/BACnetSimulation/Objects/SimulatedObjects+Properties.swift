internal import BACnetMessages

/// Which properties an object has, as clause 12 requires them and beyond.
extension SimulatedObjects {
    struct Properties {
        let required: [PropertyIdentifier]
        let optional: [PropertyIdentifier]
    }

    func properties(of entry: Entry, _ type: ObjectType) -> Properties {
        switch type {
        case .device: SimulatedObjects.deviceProperties
        case .trendLog: SimulatedObjects.logProperties
        case .analogInput, .analogValue: SimulatedObjects.analogProperties
        case .analogOutput: SimulatedObjects.analogOutputProperties
        case .binaryInput: SimulatedObjects.binaryInputProperties
        case .binaryOutput: SimulatedObjects.binaryOutputProperties
        case .multiStateValue: SimulatedObjects.multiStateProperties
        default: SimulatedObjects.binaryValueProperties
        }
    }

    private static let head: [PropertyIdentifier] = [.objectIdentifier, .objectName, .objectType]
    private static let value: [PropertyIdentifier] = [
        .presentValue, .statusFlags, .eventState, .outOfService,
    ]
    private static let words: [PropertyIdentifier] = [.description, .reliability]
    private static let commands: [PropertyIdentifier] = [.priorityArray, .relinquishDefault]
    private static let bounds: [PropertyIdentifier] = [.minPresValue, .maxPresValue, .covIncrement]
    private static let texts: [PropertyIdentifier] = [.inactiveText, .activeText]

    private static let analogProperties = Properties(
        required: head + value + [.units], optional: words + bounds)
    private static let analogOutputProperties = Properties(
        required: head + value + [.units] + commands, optional: words + bounds)
    private static let binaryInputProperties = Properties(
        required: head + value + [.polarity], optional: words + texts)
    private static let binaryOutputProperties = Properties(
        required: head + value + [.polarity] + commands, optional: words + texts)
    private static let binaryValueProperties = Properties(
        required: head + value, optional: words + texts)
    private static let multiStateProperties = Properties(
        required: head + value + [.numberOfStates], optional: words + [.stateText])

    /// Without log-buffer, which is read in parts only.
    private static let logProperties = Properties(
        required: head + [
            .enable, .stopWhenFull, .bufferSize, .recordCount, .totalRecordCount, .loggingType,
            .statusFlags, .eventState,
        ],
        optional: words + [.logDeviceObjectProperty, .logInterval, .alignIntervals])

    private static let deviceProperties = Properties(
        required: head + [
            .systemStatus, .vendorName, .vendorIdentifier, .modelName, .firmwareRevision,
            .applicationSoftwareVersion, .protocolVersion, .protocolRevision,
            .protocolServicesSupported, .protocolObjectTypesSupported, .objectList,
            .maxAPDULengthAccepted, .segmentationSupported, .apduTimeout, .numberOfAPDURetries,
            .deviceAddressBinding, .databaseRevision,
        ],
        optional: [
            .description, .localDate, .localTime, .utcOffset, .daylightSavingsStatus,
            .maxSegmentsAccepted, .apduSegmentTimeout, .timeOfDeviceRestart,
        ])
}
