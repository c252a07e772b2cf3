internal import BACnetMessages

/// The properties of a Trend Log or Trend Log Multiple object that back-fill needs.
struct LogProperties: Hashable, Sendable {
    /// Records in the buffer.
    var recordCount: UInt32
    /// The number of the newest record; nil if the device does not have the property.
    var totalRecordCount: UInt32?
    var bufferSize: UInt32?
    /// Nil if the log follows changes or is triggered.
    var interval: Duration?
    /// Nil if the device does not say.
    var isEnabled: Bool?
    /// The logged properties, in the order in which a record has them; nil for an unused place.
    var references: [LoggedReference?]

    static let identifiers: [PropertyIdentifier] = [
        .recordCount, .totalRecordCount, .bufferSize, .logInterval, .enable,
        .logDeviceObjectProperty,
    ]

    /// - Parameter values: what the device answered; a property that it does not have is missing.
    /// - Returns: nil without a record count.
    init?(_ values: [PropertyIdentifier: [TaggedValue]]) {
        guard let count = values[.recordCount]?.first?.unsigned32 else { return nil }
        recordCount = count
        // 0 is the number of no record: beside records it is no answer.
        totalRecordCount = values[.totalRecordCount]?.first?.unsigned32.flatMap {
            $0 == 0 && count > 0 ? nil : $0
        }
        bufferSize = values[.bufferSize]?.first?.unsigned32
        let hundredths = values[.logInterval]?.first?.unsigned32 ?? 0
        interval = hundredths == 0 ? nil : .milliseconds(Int64(hundredths) * 10)
        if case .boolean(let value)? = values[.enable]?.first { isEnabled = value }
        references = LoggedReference.all(in: values[.logDeviceObjectProperty] ?? [])
    }

    init(
        recordCount: UInt32, totalRecordCount: UInt32?, bufferSize: UInt32? = nil,
        interval: Duration? = nil, isEnabled: Bool? = nil, references: [LoggedReference?]
    ) {
        self.recordCount = recordCount
        self.totalRecordCount = totalRecordCount
        self.bufferSize = bufferSize
        self.interval = interval
        self.isEnabled = isEnabled
        self.references = references
    }
}

/// A property that a log records (BACnetDeviceObjectPropertyReference).
struct LoggedReference: Hashable, Sendable {
    var target: ObjectProperty
    /// The device that has it; nil for the log's own.
    var device: UInt32?

    /// The references of one log, or of the list of one that logs several.
    static func all(in values: [TaggedValue]) -> [LoggedReference?] {
        var found: [LoggedReference?] = []
        var fields: [UInt8: UInt32] = [:]
        for case .context(let tag, let octets) in values where octets.count <= 4 {
            if tag == 0, !fields.isEmpty {
                found.append(LoggedReference(fields))
                fields = [:]
            }
            fields[tag] = octets.reduce(0) { $0 << 8 | UInt32($1) }
        }
        if !fields.isEmpty { found.append(LoggedReference(fields)) }
        return found
    }

    /// Nil if object or property are missing, or if the place is unused: the wildcard instance.
    private init?(_ fields: [UInt8: UInt32]) {
        guard let object = fields[0].map(ObjectIdentifier.init(field:)), let property = fields[1],
            object.instance != ObjectIdentifier.wildcardInstance
        else { return nil }
        target = ObjectProperty(
            object, PropertyIdentifier(rawValue: property), index: fields[2])
        device = fields[3].map { ObjectIdentifier(field: $0).instance }
    }

    init(_ target: ObjectProperty, device: UInt32? = nil) {
        self.target = target
        self.device = device
    }
}

extension ObjectIdentifier {
    /// Type and instance as the 32 bits of the wire.
    fileprivate init(field: UInt32) {
        self.init(
            ObjectType(rawValue: UInt16(field >> 22)),
            field & ObjectIdentifier.wildcardInstance)
    }
}

extension TaggedValue {
    /// The number of an Unsigned, or of an Enumerated in its place.
    var unsigned32: UInt32? {
        switch self {
        case .unsigned(let value): UInt32(exactly: value)
        case .enumerated(let value): value
        default: nil
        }
    }
}
