/// A unit, by its number in BACnet's enumeration of engineering units (ASHRAE 135, clause 21).
///
/// An open set: a number that this version cannot name is carried, and has no symbol.
public struct EngineeringUnit: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// The unit that a text names: its symbol, or another spelling in use on sites, as `degC`.
    ///
    /// Capital letters count (`mW` is not `MW`), spaces around the text do not.
    public init?(symbol text: String) {
        let trimmed = EngineeringUnit.trimmed(text)
        let number = EngineeringUnit.numberOfSymbol[trimmed] ?? EngineeringUnit.aliases[trimmed]
        guard let number else { return nil }
        self.init(number)
    }

    /// What a person reads behind the value; empty for ``noUnits``, `nil` for an unknown number.
    public var symbol: String? { EngineeringUnit.symbolOfNumber[rawValue] }

    public static let milliamperes = EngineeringUnit(2)
    public static let amperes = EngineeringUnit(3)
    public static let ohms = EngineeringUnit(4)
    public static let volts = EngineeringUnit(5)
    public static let kilovolts = EngineeringUnit(6)
    public static let kilowattHours = EngineeringUnit(19)
    public static let btus = EngineeringUnit(20)
    public static let hertz = EngineeringUnit(27)
    public static let percentRelativeHumidity = EngineeringUnit(29)
    public static let wattsPerSquareMeter = EngineeringUnit(35)
    public static let luxes = EngineeringUnit(37)
    public static let kilograms = EngineeringUnit(39)
    public static let watts = EngineeringUnit(47)
    public static let kilowatts = EngineeringUnit(48)
    public static let pascals = EngineeringUnit(53)
    public static let kilopascals = EngineeringUnit(54)
    public static let poundsPerSquareInch = EngineeringUnit(56)
    public static let inchesOfWater = EngineeringUnit(58)
    public static let degreesCelsius = EngineeringUnit(62)
    public static let kelvins = EngineeringUnit(63)
    public static let degreesFahrenheit = EngineeringUnit(64)
    public static let days = EngineeringUnit(70)
    public static let hours = EngineeringUnit(71)
    public static let minutes = EngineeringUnit(72)
    public static let seconds = EngineeringUnit(73)
    public static let feetPerMinute = EngineeringUnit(77)
    public static let cubicFeet = EngineeringUnit(79)
    public static let cubicMeters = EngineeringUnit(80)
    public static let usGallons = EngineeringUnit(83)
    public static let cubicFeetPerMinute = EngineeringUnit(84)
    public static let litersPerSecond = EngineeringUnit(87)
    public static let usGallonsPerMinute = EngineeringUnit(89)
    /// A number without a unit; its symbol is the empty text.
    public static let noUnits = EngineeringUnit(95)
    public static let partsPerMillion = EngineeringUnit(96)
    public static let partsPerBillion = EngineeringUnit(97)
    public static let percent = EngineeringUnit(98)
    public static let perMinute = EngineeringUnit(100)
    public static let revolutionsPerMinute = EngineeringUnit(104)
    public static let cubicMetersPerHour = EngineeringUnit(135)
    public static let litersPerHour = EngineeringUnit(136)
    public static let cubicFeetPerHour = EngineeringUnit(191)
    public static let usGallonsPerHour = EngineeringUnit(192)
    public static let decibels = EngineeringUnit(199)
    public static let microgramsPerCubicMeter = EngineeringUnit(219)
}

extension EngineeringUnit {
    /// Every number that has a symbol, ascending.
    public static var allKnown: [EngineeringUnit] { symbols.map { EngineeringUnit($0.number) } }

    private static let symbolOfNumber = Dictionary(
        uniqueKeysWithValues: symbols.map { ($0.number, $0.symbol) })
    /// No two numbers share a symbol, so that number, text, number is the same number again.
    private static let numberOfSymbol = Dictionary(
        uniqueKeysWithValues: symbols.map { ($0.symbol, $0.number) })

    private static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
