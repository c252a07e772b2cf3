public import BACnetMessages
internal import BuildingModel
public import TimeSeriesModel

/// An object of a device, as far as it could be read.
public struct ObjectDescription: Hashable, Sendable {
    public let object: ObjectIdentifier
    /// Its name for people. A T3 panel has it in the description.
    public var name: String?
    public var description: String?
    /// The number of the unit.
    public var unit: UInt16?
    /// Texts of the states, the first that of ``firstState``.
    public var stateTexts: [String] = []
    public var low: Double?
    public var high: Double?

    public init(_ object: ObjectIdentifier) { self.object = object }

    public var dataType: DataType? { object.type.dataType }

    /// The number of the first state.
    public var firstState: Int { dataType == .digital ? 0 : 1 }

    /// The symbol of the unit, its number if it has no symbol; nil for no unit.
    public var unitText: String? {
        guard let unit, EngineeringUnit(unit) != .noUnits else { return nil }
        return EngineeringUnit(unit).symbol ?? "\(unit)"
    }
}

extension ObjectType {
    /// The kind of value of a point of this type; nil for an object that is no point.
    public var dataType: DataType? {
        switch self {
        case .analogInput, .analogOutput, .analogValue, .accumulator, .pulseConverter,
            .integerValue, .largeAnalogValue, .positiveIntegerValue:
            .analog
        case .binaryInput, .binaryOutput, .binaryValue: .digital
        case .multiStateInput, .multiStateOutput, .multiStateValue: .multistate
        default: nil
        }
    }

    public var isLog: Bool { self == .trendLog || self == .trendLogMultiple }

    /// The properties that describe an object of this type, beside its name and description.
    var descriptiveProperties: [PropertyIdentifier] {
        switch dataType {
        case .analog?:
            switch self {
            case .analogInput, .analogOutput, .analogValue: [.units, .minPresValue, .maxPresValue]
            default: [.units]
            }
        case .digital?: [.inactiveText, .activeText]
        case .multistate?: [.numberOfStates, .stateText]
        case nil: []
        }
    }
}
