/// Texts in the two forms that other programs read.
public enum FieldText {
    /// A JSON string with its quotes.
    public static func appendJSON(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(contentsOf: [hexDigit(byte >> 4), hexDigit(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A cell of RFC 4180: quoted if it contains a mark of the form.
    public static func appendCSV(
        _ text: String, separator: UInt8 = UInt8(ascii: ","), to bytes: inout [UInt8]
    ) {
        let marks: [UInt8] = [separator, UInt8(ascii: "\""), 0x0A, 0x0D]
        guard text.utf8.contains(where: marks.contains) || hasOuterSpace(text) else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The text with an apostrophe before it if a spreadsheet would compute it.
    public static func withoutFormula(_ text: String) -> String {
        let isFormula = text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
        return isFormula ? "'" + text : text
    }

    private static func hasOuterSpace(_ text: String) -> Bool {
        text.utf8.first == 0x20 || text.utf8.last == 0x20
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? value + UInt8(ascii: "0") : value - 10 + UInt8(ascii: "a")
    }
}
