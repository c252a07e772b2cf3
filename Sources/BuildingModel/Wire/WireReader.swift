import TimeSeriesModel

/// The fields of a JSON object, read by the rules of the HTTP interface.
///
/// A number may be written as a text that contains one, `is_active` as 1, 0, true or false, and a time
/// is Unix seconds. A field that is absent or null is missing. Every error is a `DecodingError` whose
/// description begins with the name of the field. Unknown fields are ignored.
struct WireReader<Key: CodingKey> {
    let container: KeyedDecodingContainer<Key>

    init(_ decoder: any Decoder, _ keys: Key.Type) throws {
        container = try decoder.container(keyedBy: keys)
    }

    func has(_ key: Key) throws -> Bool {
        try container.contains(key) && !container.decodeNil(forKey: key)
    }

    /// The value of a field that has to be there.
    func required<Value>(_ key: Key, _ read: (Key) throws -> Value?) throws -> Value {
        guard let value = try read(key) else { throw fault(key, "is missing") }
        return value
    }

    func text(_ key: Key) throws -> String? { try value(key, "a text") { _ in nil } }

    func number(_ key: Key) throws -> Double? {
        let number = try value(key, "a number", WireReader.number)
        if let number, !number.isFinite { throw fault(key, "a finite number was expected") }
        return number
    }

    func whole<Number: FixedWidthInteger & Codable>(
        _ key: Key, _ type: Number.Type = Number.self
    ) throws -> Number? {
        try value(key, "a whole number from \(Number.min) to \(Number.max)") { Number($0) }
    }

    /// 1 or 0, true or false.
    func flag(_ key: Key) throws -> Bool? {
        guard try has(key) else { return nil }
        if let flag = try? container.decode(Bool.self, forKey: key) { return flag }
        if let number = try? whole(key, Int.self), (0...1).contains(number) { return number == 1 }
        switch try? container.decode(String.self, forKey: key) {
        case "true": return true
        case "false": return false
        default: throw fault(key, "1, 0, true or false was expected")
        }
    }

    /// Unix seconds; decimals are read as milliseconds.
    func time(_ key: Key) throws -> Timestamp? {
        guard try has(key) else { return nil }
        let fault = fault(key, "Unix seconds were expected")
        if let seconds = try? whole(key, Int64.self) {
            guard seconds.magnitude <= 9_000_000_000_000_000 else { throw fault }
            return Timestamp(seconds: seconds)
        }
        guard let seconds = try? number(key),
            let milliseconds = Int64(exactly: (seconds * 1000).rounded())
        else { throw fault }
        return Timestamp(milliseconds: milliseconds)
    }

    /// Unix milliseconds.
    func milliseconds(_ key: Key) throws -> Timestamp? {
        try whole(key, Int64.self).map(Timestamp.init(milliseconds:))
    }

    /// A word or text that a type reads.
    func word<Value: LosslessStringConvertible>(
        _ key: Key, _ expected: String, as type: Value.Type = Value.self
    ) throws -> Value? {
        guard let text = try text(key) else { return nil }
        guard let value = Value(text) else {
            throw fault(key, "\"\(text)\" found, \(expected) expected")
        }
        return value
    }

    /// A word of a closed list.
    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ key: Key, as type: Value.Type = Value.self
    ) throws -> Value? {
        guard let text = try text(key) else { return nil }
        guard let value = Value(rawValue: text) else {
            let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault(key, "\"\(text)\" found, one of \(words) expected")
        }
        return value
    }

    /// A number that is a type of its own.
    func identifier<Value: RawRepresentable>(
        _ key: Key, as type: Value.Type = Value.self
    ) throws -> Value? where Value.RawValue: FixedWidthInteger & Codable {
        try whole(key, Value.RawValue.self).flatMap(Value.init(rawValue:))
    }

    func nested<Value: Decodable>(_ key: Key, as type: Value.Type = Value.self) throws -> Value? {
        guard try has(key) else { return nil }
        do { return try container.decode(type, forKey: key) } catch DecodingError.typeMismatch(
            _, let context)
            where context.codingPath.count <= container.codingPath.count + 1
        {
            // Of the field itself; an error inside it names the inner field.
            throw fault(key, context.debugDescription)
        }
    }

    /// The elements of a list, one decoder each.
    func elements(_ key: Key) throws -> [any Decoder] {
        guard try has(key) else { throw fault(key, "is missing") }
        guard var list = try? container.nestedUnkeyedContainer(forKey: key) else {
            throw fault(key, "a list was expected")
        }
        var elements: [any Decoder] = []
        while !list.isAtEnd { elements.append(try list.superDecoder()) }
        return elements
    }

    /// The error of a field: its name and a sentence.
    func fault(_ key: Key, _ message: String) -> DecodingError {
        .dataCorruptedError(
            forKey: key, in: container, debugDescription: "\(key.stringValue): \(message)")
    }

    private func value<Value: Codable>(
        _ key: Key, _ expected: String, _ parse: (String) -> Value?
    ) throws -> Value? {
        guard try has(key) else { return nil }
        if let value = try? container.decode(Value.self, forKey: key) { return value }
        let text = try? container.decode(String.self, forKey: key)
        if let text, let value = parse(text) { return value }
        throw fault(
            key, text.map { "\"\($0)\" found, \(expected) expected" } ?? "\(expected) was expected")
    }

    /// A decimal number; not the words and hexadecimal forms that `Double` reads besides.
    private static func number(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
        return isDecimal ? Double(text) : nil
    }
}

/// The fields of a JSON object, written by the rules of the HTTP interface: numbers as numbers, times
/// as Unix seconds, and null for a value that is missing.
struct WireWriter<Key: CodingKey> {
    private var container: KeyedEncodingContainer<Key>
    private let leavesOutMissing: Bool

    init(_ encoder: any Encoder, _ keys: Key.Type) {
        container = encoder.container(keyedBy: keys)
        leavesOutMissing = encoder.userInfo[.leavesOutMissing] as? Bool == true
    }

    mutating func put(_ value: (some Encodable)?, _ key: Key) throws {
        if let value {
            try container.encode(value, forKey: key)
        } else if !leavesOutMissing {
            try container.encodeNil(forKey: key)
        }
    }

    /// 1 or 0.
    mutating func put(flag: Bool, _ key: Key) throws { try put(flag ? 1 : 0, key) }

    /// Unix seconds, rounded down.
    mutating func put(time: Timestamp?, _ key: Key) throws {
        try put(time.map { $0.milliseconds.floorDivided(by: 1000) }, key)
    }

    /// Whole seconds.
    mutating func put(seconds: Duration?, _ key: Key) throws {
        try put(seconds.map { $0.milliseconds.floorDivided(by: 1000) }, key)
    }

    /// Unix milliseconds.
    mutating func put(milliseconds: Timestamp?, _ key: Key) throws {
        try put(milliseconds?.milliseconds, key)
    }

    mutating func put(text: (some CustomStringConvertible)?, _ key: Key) throws {
        try put(text?.description, key)
    }
}

extension CodingUserInfoKey {
    /// Whether the nouns leave out fields without a value rather than write null: for texts that
    /// people read.
    package static let leavesOutMissing = CodingUserInfoKey(rawValue: "almanac.leavesOutMissing")!
}
