import Almanac

/// The parameters of a query, by name; each at most once.
struct QueryItems {
    private var items: [String: String] = [:]

    /// - Throws: for a name that comes twice, and for text that is not percent-encoded UTF-8.
    init(_ query: String?) throws(APIFailure) {
        for part in (query ?? "").split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decoded(sides[0], plusIsSpace: true),
                let value = PercentCoding.decoded(
                    sides.count > 1 ? sides[1] : "", plusIsSpace: true)
            else {
                throw .invalid(
                    "query", "\"\(part)\" found, percent-encoded UTF-8 was expected")
            }
            guard items.updateValue(value, forKey: name) == nil else {
                throw .invalid(name, "\(name): found twice, expected once")
            }
        }
    }

    /// The value of a parameter; nil if it is missing or empty.
    subscript(name: String) -> String? { items[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// - Throws: for a parameter that is not among the names.
    func allow(only names: Set<String>) throws(APIFailure) {
        for name in items.keys.sorted() where !names.contains(name) {
            throw .invalid(
                name, "\(name): found, one of \(names.sorted().joined(separator: ", ")) expected")
        }
    }

    /// A whole number of a range.
    func whole(_ name: String, in range: ClosedRange<Int>) throws(APIFailure) -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .invalid(
                name,
                "\(name): \"\(text)\" found, a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound) expected")
        }
        return number
    }

    func flag(_ name: String) throws(APIFailure) -> Bool? {
        switch self[name] {
        case nil: return nil
        case "true", "1": return true
        case "false", "0": return false
        case .some(let text):
            throw .invalid(name, "\(name): \"\(text)\" found, true or false expected")
        }
    }

    /// One word of a list.
    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(APIFailure) -> Value? {
        guard let text = self[name] else { return nil }
        guard let value = Value(rawValue: text) else {
            let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid(name, "\(name): \"\(text)\" found, one of \(words) expected")
        }
        return value
    }

    /// RFC 3339 or Unix milliseconds.
    func moment(_ name: String) throws(APIFailure) -> Timestamp? {
        try QueryItems.moment(self[name], name)
    }

    /// The same of a text that a body has; nil without one.
    static func moment(_ text: String?, _ name: String) throws(APIFailure) -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(text) else {
            throw .invalid(
                name,
                "\(name): \"\(text)\" found, RFC 3339 with an offset or Unix milliseconds expected")
        }
        return time
    }

    /// Unix seconds, with decimals or without.
    ///
    /// - Parameter isEnd: a whole second is included up to its last millisecond, a time with decimals
    ///   up to itself; the result is the first moment that is not.
    func seconds(_ name: String, isEnd: Bool = false) throws(APIFailure) -> Timestamp? {
        guard let text = self[name] else { return nil }
        let bound: Int64 = 9_000_000_000_000
        if let seconds = Int64(text), seconds.magnitude <= bound {
            return Timestamp(milliseconds: seconds * 1000 + (isEnd ? 1000 : 0))
        }
        let isDecimal = text.utf8.allSatisfy { (48...57).contains($0) || $0 == 45 || $0 == 46 }
        guard isDecimal, let seconds = Double(text), seconds.magnitude <= Double(bound) else {
            throw .invalid(name, "\(name): \"\(text)\" found, Unix seconds expected")
        }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded(.down)) + (isEnd ? 1 : 0))
    }
}

/// Percent-encoding of paths and queries (RFC 3986).
enum PercentCoding {
    /// The text; nil if it is no percent-encoded UTF-8.
    static func decoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit)
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
