extension UInt64 {
    /// Sixteen lower-case hex digits: salts, hashes and store ids in text.
    var hexText: String { hexDigits(16) }

    /// Lower-case hex with leading zeros; digits beyond `count` would be lost.
    func hexDigits(_ count: Int) -> String {
        let text = String(self, radix: 16)
        return String(repeating: "0", count: Swift.max(0, count - text.utf8.count)) + text
    }

    /// Nil unless there are exactly `count` lower-case hex digits.
    init?(hexDigits text: some StringProtocol, count: Int) {
        guard text.utf8.count == count, count <= 16, let value = UInt64(hexDigits: text.utf8)
        else { return nil }
        self = value
    }

    private init?(hexDigits bytes: some Sequence<UInt8>) {
        var value: UInt64 = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte & 15)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - 87)
            default: return nil
            }
        }
        self = value
    }
}
