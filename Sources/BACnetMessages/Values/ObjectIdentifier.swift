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

extension ObjectIdentifier {
    /// The object that a text names: `analog-input,5`, `analog-input:5` or, by the number of a
    /// vendor's own type, `200,5`.
    public init?(text: String) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "," || $0 == ":" }
        guard parts.count == 2, let type = ObjectType(text: String(parts[0])),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt32(parts[1])
        else { return nil }
        self.init(type: type, instance: number)
    }
}

extension ObjectType {
    /// The type that a text names, as `analog-input`; or its number.
    public init?(text: String) {
        if let number = ObjectType.numbers[text] {
            self.init(rawValue: number)
        } else if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(text),
            number < 1024
        {
            self.init(rawValue: number)
        } else {
            // A vendor's type is written as `object-type 200`.
            let prefix = ObjectType.word + " "
            guard text.hasPrefix(prefix), let number = UInt16(text.dropFirst(prefix.count)),
                number < 1024
            else { return nil }
            self.init(rawValue: number)
        }
    }

    private static let numbers = Dictionary(
        uniqueKeysWithValues: names.map { ($0.value, $0.key) })
}
