/// A text with the character set that it came in.
///
/// Decoding keeps the octets, whatever they are: one unreadable name must not cost the rest of a
/// reply. Only ``text()`` looks into them.
public struct CharacterString: Hashable, Sendable {
    public let characterSet: CharacterSet
    /// As on the wire, behind the octet that names the character set.
    public let octets: [UInt8]

    public init(characterSet: CharacterSet, octets: [UInt8]) {
        self.characterSet = characterSet
        self.octets = octets
    }

    /// The text in UTF-8, what every device must understand.
    public init(_ text: String) {
        self.init(characterSet: .utf8, octets: Array(text.utf8))
    }

    /// The text in another character set; `nil` where that cannot say it.
    public init?(_ text: String, in characterSet: CharacterSet) {
        switch characterSet {
        case .utf8: self.init(text)
        case .iso8859Part1:
            let octets = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
            guard octets.count == text.unicodeScalars.count else { return nil }
            self.init(characterSet: characterSet, octets: octets)
        case .ucs2:
            let units = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            self.init(characterSet: characterSet, octets: units)
        default: return nil
        }
    }

    /// The text; octets that mean nothing in their character set come out as U+FFFD.
    ///
    /// - Throws: ``MessageError/unsupported(offset:found:expected:)`` with the name of a character
    ///   set other than UTF-8, ISO 8859-1 and UCS-2.
    public func text() throws(MessageError) -> String {
        switch characterSet {
        case .utf8: return String(decoding: octets, as: UTF8.self)
        case .iso8859Part1: return String(String.UnicodeScalarView(octets.map(Unicode.Scalar.init)))
        case .ucs2: return String(decoding: utf16Units, as: UTF16.self)
        default:
            throw .unsupported(
                offset: 0, found: "character set \(characterSet)",
                expected: "UTF-8, ISO 8859-1 or UCS-2")
        }
    }

    /// An odd octet at the end is half a unit: it reads as one that means nothing.
    private var utf16Units: [UInt16] {
        stride(from: 0, to: octets.count, by: 2).map { index in
            guard index + 1 < octets.count else { return 0xD800 }
            return UInt16(octets[index]) << 8 | UInt16(octets[index + 1])
        }
    }
}

/// The character sets of clause 20.2.9, by their octet on the wire.
public struct CharacterSet: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let utf8 = CharacterSet(rawValue: 0)
    public static let dbcs = CharacterSet(rawValue: 1)
    public static let jisX0208 = CharacterSet(rawValue: 2)
    public static let ucs4 = CharacterSet(rawValue: 3)
    public static let ucs2 = CharacterSet(rawValue: 4)
    public static let iso8859Part1 = CharacterSet(rawValue: 5)

    public var description: String {
        switch self {
        case .utf8: "UTF-8"
        case .dbcs: "DBCS"
        case .jisX0208: "JIS X 0208"
        case .ucs4: "UCS-4"
        case .ucs2: "UCS-2"
        case .iso8859Part1: "ISO 8859-1"
        default: "\(rawValue)"
        }
    }
}
