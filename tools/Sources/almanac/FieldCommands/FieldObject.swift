import BACnetMessages
import BuildingModel
import TimeSeriesModel

/// An object of a device, as far as it has told.
struct FieldObject: Hashable, Sendable {
    let object: ObjectIdentifier
    /// What a person calls it. A T3 panel keeps it in its description.
    var name: String?
    var description: String?
    /// The number of the unit.
    var unit: UInt16?
    /// Texts of the states, the first that of ``firstState``.
    var stateTexts: [String] = []
    var low: Double?
    var high: Double?

    init(_ object: ObjectIdentifier) { self.object = object }

    var dataType: DataType? { object.type.dataType }

    /// The number of the first state.
    var firstState: Int { dataType == .digital ? 0 : 1 }

    /// The symbol of the unit, its number where it has none; nil for none at all.
    var unitText: String? {
        guard let unit, EngineeringUnit(unit) != .noUnits else { return nil }
        return EngineeringUnit(unit).symbol ?? "\(unit)"
    }
}

extension ObjectType {
    /// What kind of value a point of this type has; nil for what is no point.
    var dataType: DataType? {
        switch self {
        case .analogInput, .analogOutput, .analogValue, .accumulator, .pulseConverter,
            .integerValue, .largeAnalogValue, .positiveIntegerValue:
            .analog
        case .binaryInput, .binaryOutput, .binaryValue: .digital
        case .multiStateInput, .multiStateOutput, .multiStateValue: .multistate
        default: nil
        }
    }

    var isLog: Bool { self == .trendLog || self == .trendLogMultiple }

    /// What is asked of an object of this type, beside its name and description.
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
