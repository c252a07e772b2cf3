public import BACnetIP
public import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// Properties of a device as they were read, and why others could not be.
public struct DeviceReading: Sendable {
    private let client: BACnetClient
    private let device: DeviceAddress
    private var found: [ObjectProperty: PropertyOutcome]

    /// Reads the properties; once more those that failed without an error of the device.
    public init(
        _ targets: [ObjectProperty], of device: DeviceAddress, from client: BACnetClient
    ) async {
        self.client = client
        self.device = device
        found = [:]
        await request(targets)
        if silence == nil { await request(targets.filter { failure(of: $0) != nil }) }
    }

    private mutating func request(_ targets: [ObjectProperty]) async {
        guard !targets.isEmpty else { return }
        found.merge(await client.readProperties(targets, of: device)) { $1 }
    }

    private func failure(of target: ObjectProperty) -> RequestFailure? {
        if case .failure(let failure)? = found[target] { failure } else { nil }
    }

    /// The failure of a device that did not reply at all.
    public var silence: RequestFailure? {
        var failure: RequestFailure?
        for outcome in found.values {
            guard case .failure(let reason) = outcome, !reason.isAnswered else { return nil }
            failure = reason
        }
        return failure
    }

    /// The parts that could not be read, one text per reason.
    public var problems: [String] {
        var counts: [RequestFailure.Reason: (count: Int, first: RequestFailure)] = [:]
        for (target, outcome) in found {
            // Texts of states can be read one by one, and are not essential.
            guard case .failure(let failure) = outcome, target.reference.property != .stateText
            else { continue }
            counts[failure.reason, default: (0, failure)].count += 1
        }
        return counts.values.map { entry in
            let rest = entry.count > 1 ? ", and \(entry.count - 1) more properties" : ""
            return "\(entry.first)\(rest)"
        }.sorted()
    }

    public func values(_ target: ObjectProperty) -> [TaggedValue]? {
        if case .values(let values)? = found[target] { values } else { nil }
    }

    /// The device's own error for a property.
    public func error(_ target: ObjectProperty) -> ErrorReply? {
        if case .error(let error)? = found[target] { error } else { nil }
    }

    /// A text that is not empty.
    public func text(_ target: ObjectProperty) -> String? {
        guard case .characters(let characters)? = values(target)?.first,
            let text = try? characters.text(), !text.isEmpty
        else { return nil }
        return text
    }

    public func number(_ target: ObjectProperty) -> UInt64? {
        switch values(target)?.first {
        case .unsigned(let number)?: number
        case .enumerated(let number)?: UInt64(number)
        case .boolean(let flag)?: flag ? 1 : 0
        default: nil
        }
    }

    public func real(_ target: ObjectProperty) -> Double? {
        switch values(target)?.first {
        case .real(let real)? where real.isFinite: Double(shortest: real)
        case .double(let number)? where number.isFinite: number
        case .unsigned(let number)?: Double(number)
        case .signed(let number)?: Double(number)
        default: nil
        }
    }

    /// True if the device does not know an object that its list names.
    func isUnknown(_ object: ObjectIdentifier) -> Bool {
        error(ObjectProperty(object, .objectName))?.code == .unknownObject
    }
}

extension DeviceReading {
    /// More states of one object are not read one by one.
    private static let stateCountMax: UInt64 = 256

    /// Reads texts of states that did not fit into one reply, one by one.
    mutating func readMissingStateTexts(of objects: [ObjectIdentifier]) async {
        let missing = objects.flatMap { object -> [ObjectProperty] in
            let whole = ObjectProperty(object, .stateText)
            guard object.type.dataType == .multistate, let failure = failure(of: whole),
                failure.isAnswered, let count = number(ObjectProperty(object, .numberOfStates)),
                (1...DeviceReading.stateCountMax).contains(count)
            else { return [] }
            return (1...UInt32(count)).map { ObjectProperty(object, .stateText, index: $0) }
        }
        await request(missing)
    }

    private func stateTexts(of object: ObjectIdentifier) -> [String] {
        switch object.type.dataType {
        case .digital?:
            let texts = [PropertyIdentifier.inactiveText, .activeText]
                .map { text(ObjectProperty(object, $0)) }
            return texts == [nil, nil] ? [] : texts.map { $0 ?? "" }
        case .multistate?:
            if let values = values(ObjectProperty(object, .stateText)) {
                return values.map { value in
                    guard case .characters(let characters) = value else { return "" }
                    return (try? characters.text()) ?? ""
                }
            }
            guard let count = number(ObjectProperty(object, .numberOfStates)),
                (1...DeviceReading.stateCountMax).contains(count)
            else { return [] }
            let texts = (1...UInt32(count)).map {
                text(ObjectProperty(object, .stateText, index: $0))
            }
            return texts.contains { $0 != nil } ? texts.map { $0 ?? "" } : []
        case .analog?, nil: return []
        }
    }

    /// Returns an object's description.
    ///
    /// - Parameter isCrossed: the panel has the label in its description, and the description in
    ///   its name.
    func object(_ object: ObjectIdentifier, isCrossed: Bool) -> ObjectDescription {
        var read = ObjectDescription(object)
        read.name = text(ObjectProperty(object, .objectName))
        read.description = text(ObjectProperty(object, .description))
        if isCrossed, object.type.dataType != nil, let label = read.description {
            read.description = read.name
            read.name = label
        }
        read.unit = number(ObjectProperty(object, .units)).flatMap(UInt16.init(exactly:))
        read.low = real(ObjectProperty(object, .minPresValue))
        read.high = real(ObjectProperty(object, .maxPresValue))
        read.stateTexts = stateTexts(of: object)
        return read
    }
}
