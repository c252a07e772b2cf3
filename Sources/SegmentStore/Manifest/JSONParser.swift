/// Why a text is not JSON, or not JSON that we take.
struct JSONError: Error, Hashable, Sendable {
    /// Bytes from the beginning of the text.
    var offset: Int
    /// What was found and what was expected.
    var text: String
}

/// Reads one JSON value that fills its text but for white space.
///
/// Strict: no comments, no comma behind the last, each key of an object once, valid UTF-8. Depth
/// and size are bounded, so that no text can exhaust stack or memory.
struct JSONParser {
    static let depthMax = 16
    static let byteCountMax = 16 << 20

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    static func parse(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> JSONValue {
        guard bytes.count <= byteCountMax else {
            throw JSONError(
                offset: 0, text: "\(bytes.count) bytes found, at most \(byteCountMax) expected")
        }
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.endIndex else {
            throw parser.error(expected: "the end of the text")
        }
        return value
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < JSONParser.depthMax else {
            throw error("more than \(JSONParser.depthMax) values inside each other")
        }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte where byte == UInt8(ascii: "-") || isDigit(byte): return try number()
        default: throw error(expected: "a value")
        }
    }

    private mutating func members(depth: Int) throws(JSONError) -> [JSONMember] {
        var members: [JSONMember] = []
        var keys: Set<String> = []
        position += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return [] }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error(expected: "a key in quotes") }
            let start = position
            let key = try string()
            guard keys.insert(key).inserted else {
                throw JSONError(offset: start - bytes.startIndex, text: "key \"\(key)\" twice")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error(expected: "':'") }
            members.append(JSONMember(key, try value(depth: depth + 1)))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error(expected: "',' or '}'") }
        return members
    }

    private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
        var values: [JSONValue] = []
        position += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return [] }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error(expected: "',' or ']'") }
        return values
    }

    private mutating func word(
        _ text: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for byte in text.description.utf8 where !take(byte) { throw error(expected: "\(text)") }
        return value
    }
}

extension JSONParser {
    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Minus zero is no integer: rewriting would lose its sign.
        guard isInteger, text != "-0", let value = Int64(text),
            value.magnitude <= JSONValue.integerMax.magnitude
        else { return .number(text) }
        return .integer(value)
    }

    private mutating func digits() throws(JSONError) {
        guard isDigit(next) else { throw error(expected: "a digit") }
        while isDigit(next) { position += 1 }
    }

    private func isDigit(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension JSONParser {
    private mutating func string() throws(JSONError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw error(expected: "no control character in a string") }
            position += 1
            if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
        }
        guard take(UInt8(ascii: "\"")) else { throw error(expected: "'\"'") }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw JSONError(offset: start - bytes.startIndex, text: "a string that is not UTF-8")
        }
        return string
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let letter = next else { throw error(expected: "an escape") }
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            return text.append(contentsOf: String(try scalar()).utf8)
        default: throw error(expected: "one of \"\\/bfnrtu behind '\\'")
        }
        position += 1
    }

    /// The scalar of one `\uXXXX`, or of a surrogate pair of them.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let start = position
        let unit = try hexUnit()
        var value = UInt32(unit)
        if UTF16.isLeadSurrogate(unit) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw error(expected: "the second half of a surrogate pair")
            }
            let trail = try hexUnit()
            guard UTF16.isTrailSurrogate(trail) else {
                throw error(expected: "the second half of a surrogate pair")
            }
            value = 0x10000 + (UInt32(unit) & 0x3FF) << 10 + UInt32(trail) & 0x3FF
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw JSONError(offset: start - bytes.startIndex, text: "half a surrogate pair")
        }
        return scalar
    }

    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error(expected: "four hex digits")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}

extension JSONParser {
    private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private func error(expected: String) -> JSONError {
        let found = next.map { byte in
            (0x21..<0x7F).contains(byte)
                ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(UInt64(byte).hexDigits(2))"
        }
        return error("\(found ?? "the end") found, \(expected) expected")
    }

    private func error(_ text: String) -> JSONError {
        JSONError(offset: position - bytes.startIndex, text: text)
    }
}
