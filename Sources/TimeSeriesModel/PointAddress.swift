/// The caller's stable number of a device. Bare number in JSON.
public struct DeviceID: RawRepresentable, Hashable, Comparable, Sendable, Codable,
    ExpressibleByIntegerLiteral
{
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }
    public init(integerLiteral value: UInt32) { rawValue = value }

    /// The least number that an import gives to a device of its own making.
    public static let firstImported = DeviceID(4_194_304)

    public static func < (left: DeviceID, right: DeviceID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What kind of point it is. An open set: unknown numbers are carried, not refused.
public struct PointType: RawRepresentable, Hashable, Comparable, Sendable, Codable,
    ExpressibleByIntegerLiteral
{
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }
    public init(integerLiteral value: UInt16) { rawValue = value }

    public static let output = PointType(1)
    public static let input = PointType(2)
    public static let variable = PointType(3)
    public static let holiday = PointType(7)
    /// An imported or calculated point.
    public static let imported = PointType(1000)

    /// An object of another BACnet device: 256 + the standard's object type number.
    ///
    /// The standard has the numbers 0 to 1023. From 65,279 on, which no device has, the result is
    /// the greatest type of all and not one of the small numbers again.
    public static func object(_ objectType: UInt16) -> PointType {
        PointType(UInt16(clamping: 256 + Int(objectType)))
    }

    public static func < (left: PointType, right: PointType) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Where a point is: device, kind and 1-based number. Text form `1201:2:5`.
public struct PointAddress: Hashable, Comparable, Sendable {
    public let device: DeviceID
    public let type: PointType
    /// 1-based: IN1 has number 1.
    public let number: UInt32

    /// - Precondition: `number` is not 0; use ``init(validating:type:number:)`` for foreign input.
    public init(device: DeviceID, type: PointType, number: UInt32) {
        precondition(number != 0, "a point number is 1-based; 0 is no point")
        self.device = device
        self.type = type
        self.number = number
    }

    /// `nil` if `number` is 0.
    public init?(validating device: DeviceID, type: PointType, number: UInt32) {
        guard number != 0 else { return nil }
        self.init(device: device, type: type, number: number)
    }

    public static func < (left: PointAddress, right: PointAddress) -> Bool {
        (left.device, left.type, left.number) < (right.device, right.type, right.number)
    }
}

extension PointAddress: LosslessStringConvertible {
    public var description: String { "\(device.rawValue):\(type.rawValue):\(number)" }

    public init?(_ description: String) {
        let parts = description.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let device = UInt32(parts[0]), let type = UInt16(parts[1]),
            let number = UInt32(parts[2]), number != 0
        else { return nil }
        self.init(device: DeviceID(device), type: PointType(type), number: number)
    }
}

extension PointAddress: Codable {
    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = PointAddress(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\"\(text)\" found, an address like 1201:2:5 expected")
        }
        self = address
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
