/// The members of an object while a reader takes out those that it knows.
///
/// What is left at the end are the keys of a later version, to be kept when rewritten.
struct JSONFields {
    /// Where the object stands, for messages: "files[3]"; empty at the top.
    let place: String
    private(set) var rest: [JSONMember]

    init(_ value: JSONValue, place: String) throws(ManifestFault) {
        guard case .object(let members) = value else {
            throw ManifestFault("\(place): \(value.kindName) found, an object expected")
        }
        self.place = place
        rest = members
    }

    /// Nil where the key is absent.
    mutating func take(_ key: String) -> JSONValue? {
        guard let index = rest.firstIndex(where: { $0.key == key }) else { return nil }
        return rest.remove(at: index).value
    }

    mutating func text(_ key: String) throws(ManifestFault) -> String {
        let value = take(key)
        guard case .string(let text)? = value else { throw fault(key, value, "text") }
        return text
    }

    mutating func integer(_ key: String) throws(ManifestFault) -> Int64 {
        guard let value = try optionalInteger(key) else { throw fault(key, nil, "an integer") }
        return value
    }

    mutating func optionalInteger(_ key: String) throws(ManifestFault) -> Int64? {
        guard let value = take(key) else { return nil }
        guard case .integer(let number) = value else {
            throw fault(key, value, "an integer below 2^53")
        }
        return number
    }

    /// An integer that is not negative.
    mutating func count(_ key: String) throws(ManifestFault) -> Int {
        let number = try integer(key)
        guard number >= 0 else { throw fault(key, .integer(number), "no negative number") }
        return Int(number)
    }

    /// Sixteen hex digits.
    mutating func hex(_ key: String) throws(ManifestFault) -> UInt64 {
        guard let value = try optionalHex(key) else { throw fault(key, nil, "16 hex digits") }
        return value
    }

    mutating func optionalHex(_ key: String) throws(ManifestFault) -> UInt64? {
        guard let value = take(key) else { return nil }
        guard case .string(let text) = value, let number = UInt64(hexDigits: text, count: 16)
        else { throw fault(key, value, "16 lower-case hex digits") }
        return number
    }

    mutating func array(_ key: String) throws(ManifestFault) -> [JSONValue] {
        let value = take(key)
        guard case .array(let values)? = value else { throw fault(key, value, "an array") }
        return values
    }

    mutating func object(_ key: String) throws(ManifestFault) -> [JSONMember] {
        let value = take(key)
        guard case .object(let members)? = value else { throw fault(key, value, "an object") }
        return members
    }

    func fault(_ key: String, _ found: JSONValue?, _ expected: String) -> ManifestFault {
        let path = place.isEmpty ? key : "\(place).\(key)"
        return ManifestFault(
            "\(path): \(found?.shortText ?? "nothing") found, \(expected) expected")
    }
}

/// What is wrong with a manifest, without its file.
struct ManifestFault: Error {
    var code: StoreError.Code
    var text: String
    var offset: Int?

    init(_ text: String, code: StoreError.Code = .damaged, offset: Int? = nil) {
        self.code = code
        self.text = text
        self.offset = offset
    }
}

extension JSONValue {
    /// What it is, for messages.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .number: "a number"
        case .string: "text"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value itself where it is short enough for a message.
    fileprivate var shortText: String {
        switch self {
        case .array, .object: return kindName
        default:
            var bytes: [UInt8] = []
            append(to: &bytes)
            return bytes.count > 60 ? kindName : String(decoding: bytes, as: UTF8.self)
        }
    }
}
