public import TimeSeriesModel

/// The range code of a T3 point together with what it depends on.
///
/// Unit and states follow from (kind, analog or digital, code), never from the code alone: code 1
/// is °C of an input, V of an output and off/on of anything digital.
public struct PointRange: Hashable, Sendable, Codable {
    /// Input, output or variable; others have no ranges.
    public let type: PointType
    /// Digital and multistate points share a table.
    public let dataType: DataType
    /// The code as panels carry it.
    public let code: UInt16

    public init(type: PointType, dataType: DataType, code: UInt16) {
        self.type = type
        self.dataType = dataType
        self.code = code
    }

    /// The range that a T3000 screen shows as `screenCode`; `nil` where the screen has no such code.
    public init?(type: PointType, dataType: DataType, screenCode: UInt16) {
        let offset = PointRange.screenOffset(type: type, dataType: dataType)
        guard screenCode == 0 || screenCode > offset else { return nil }
        self.init(
            type: type, dataType: dataType, code: screenCode == 0 ? 0 : screenCode - offset)
    }

    /// The code as T3000's screens show it: those of analog outputs and variables stand behind the
    /// thirty digital ones of the same list. Unused is 0 everywhere.
    public var screenCode: UInt16 {
        code == 0 ? 0 : code &+ PointRange.screenOffset(type: type, dataType: dataType)
    }

    /// What the code says; `nil` for a code or kind that the tables do not have.
    public var meaning: Meaning? {
        guard [.input, .output, .variable].contains(type) else { return nil }
        if code == 0 { return .unused }
        guard dataType == .analog else { return PointRange.digitalMeaning(of: code) }
        switch type {
        case .input: return PointRange.inputMeanings[code]
        case .output: return PointRange.outputMeanings[code]
        default: return PointRange.variableMeanings[code]
        }
    }

    /// What a range code says about a value.
    public enum Meaning: Hashable, Sendable {
        /// No range: the point is not in use, and an input sends its raw converter count.
        case unused
        /// The symbol may say more than the unit's own, as `% open` does.
        case unit(EngineeringUnit, symbol: String)
        /// A custom analog table of the panel, counted from 1.
        case customTable(Int)
        /// In `reversed` the panel's own `control` bit has the opposite sense. Over BACnet the panel
        /// has already turned it; a reader of its tables or files has to.
        case states(StateTexts, reversed: Bool)
        /// A custom pair of state texts of the panel, counted from 1.
        case customStates(Int)
        /// A multistate table of the panel, counted from 1.
        case multistateTable(Int)
    }

    private static func screenOffset(type: PointType, dataType: DataType) -> UInt16 {
        dataType == .analog && (type == .output || type == .variable) ? 30 : 0
    }
}

extension PointRange.Meaning {
    /// The unit, where the code has one.
    public var unit: EngineeringUnit? {
        if case .unit(let unit, _) = self { unit } else { nil }
    }

    /// The symbol, where the code has a unit.
    public var unitSymbol: String? {
        if case .unit(_, let symbol) = self { symbol } else { nil }
    }

    /// The state texts, where the code itself gives them.
    public var stateTexts: StateTexts? {
        if case .states(let texts, _) = self { texts } else { nil }
    }

    /// Whether the panel's own tables hold the opposite of what BACnet says.
    public var isReversed: Bool {
        if case .states(_, let reversed) = self { reversed } else { false }
    }
}
