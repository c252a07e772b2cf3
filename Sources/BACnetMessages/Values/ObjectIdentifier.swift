/// The name of an object inside its device: 10 bits of type, 22 bits of instance.
public struct ObjectIdentifier: Hashable, Sendable {
    /// The instance that stands for "whichever you are" in a question to a Device object.
    public static let wildcardInstance: UInt32 = 4_194_303

    public let type: ObjectType
    public let instance: UInt32

    /// `nil` where type or instance has more bits than the wire.
    public init?(type: ObjectType, instance: UInt32) {
        guard type.rawValue < 1024, instance <= ObjectIdentifier.wildcardInstance else {
            return nil
        }
        self.type = type
        self.instance = instance
    }

    /// For numbers that are known to fit: type below 1,024, instance up to ``wildcardInstance``.
    public init(_ type: ObjectType, _ instance: UInt32) {
        precondition(
            type.rawValue < 1024 && instance <= ObjectIdentifier.wildcardInstance,
            "an object identifier has 10 bits of type and 22 of instance")
        self.type = type
        self.instance = instance
    }

    init(bits: UInt32) {
        type = ObjectType(rawValue: UInt16(bits >> 22))
        instance = bits & ObjectIdentifier.wildcardInstance
    }

    var bits: UInt32 { UInt32(type.rawValue) << 22 | instance }
}

extension ObjectIdentifier: CustomStringConvertible {
    /// As dissectors write it: `analog-input,5`.
    public var description: String { "\(type),\(instance)" }
}
