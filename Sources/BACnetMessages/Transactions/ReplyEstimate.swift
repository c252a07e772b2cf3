/// How many octets questions and their answers take, estimated before they are put.
///
/// A ReadPropertyMultiple takes 7 octets for each object, and 2 for each property: tag and number.
/// Its answer takes 7 for each object, and for each property number, brackets and value. Present
/// value and status flags of an analog object are 23 together.
enum ReplyEstimate {
    /// Type, sizes or number, service.
    static let headOctetCount = 4
    /// Tag and identifier, opening and closing tag.
    static let objectOctetCount = 7

    /// Of a property's reference: its number and, where there is one, the index.
    static func referenceOctetCount(_ reference: PropertyReference) -> Int {
        let number = reference.property.rawValue > 255 ? 3 : 2
        guard let index = reference.index else { return number }
        return number + (index > 65_535 ? 5 : index > 255 ? 3 : 2)
    }

    /// Of a result: reference, brackets, value.
    ///
    /// - Parameter textOctetCount: of a name or description.
    static func resultOctetCount(_ reference: PropertyReference, textOctetCount: Int) -> Int {
        let value =
            if isText(reference) {
                isStateText(reference) ? (textOctetCount + 1) / 2 : textOctetCount
            } else {
                valueOctetCount(reference)
            }
        return referenceOctetCount(reference) + 2 + value
    }

    /// True for a property whose size depends on the words that a person chose.
    static func isText(_ reference: PropertyReference) -> Bool {
        switch reference.property {
        case .objectName, .description, .modelName, .vendorName, .firmwareRevision,
            .applicationSoftwareVersion, .serialNumber:
            true
        default: isStateText(reference)
        }
    }

    /// Words for states are about half as long as names.
    private static func isStateText(_ reference: PropertyReference) -> Bool {
        switch reference.property {
        case .activeText, .inactiveText: true
        case .stateText: (reference.index ?? 0) > 0
        default: false
        }
    }

    /// Of a value. Whole arrays and lists can be of any size: they are taken for greater than any
    /// APDU, so that each is asked for alone.
    private static func valueOctetCount(_ reference: PropertyReference) -> Int {
        switch reference.property {
        case .all, .required, .optional: Int(UInt16.max)
        case .objectList, .propertyList, .stateText, .priorityArray, .logBuffer:
            reference.index == nil ? Int(UInt16.max) : reference.index == 0 ? 3 : 5
        case .protocolServicesSupported, .protocolObjectTypesSupported: 12
        case .statusFlags: 3
        case .outOfService, .enable, .stopWhenFull: 1
        case .startTime, .stopTime, .timeOfDeviceRestart: 14
        default: 5
        }
    }
}
