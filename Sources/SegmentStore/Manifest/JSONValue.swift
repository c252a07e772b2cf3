/// What stands in a JSON text. Members of an object keep their order.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// Exact: between −(2^53 − 1) and 2^53 − 1.
    case integer(Int64)
    /// Any other number, as it was spelled, so that rewriting does not change it.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The greatest integer that every JSON program reads exactly.
    public static let integerMax: Int64 = (1 << 53) - 1
}

/// A key of an object with its value.
public struct JSONMember: Hashable, Sendable {
    public var key: String
    public var value: JSONValue

    public init(_ key: String, _ value: JSONValue) {
        self.key = key
        self.value = value
    }
}

extension JSONValue {
    /// Appends the value on one line, with a space behind each comma and colon.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): JSONValue.append(quoted: text, to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(contentsOf: ", ".utf8) }
                value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(contentsOf: ", ".utf8) }
                member.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func append(quoted text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [0x5C, byte])
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F:
                bytes.append(contentsOf: "\\u\(UInt64(byte).hexDigits(4))".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSONMember {
    /// Appends `"key": value`.
    func append(to bytes: inout [UInt8]) {
        JSONValue.string(key).append(to: &bytes)
        bytes.append(contentsOf: ": ".utf8)
        value.append(to: &bytes)
    }
}
