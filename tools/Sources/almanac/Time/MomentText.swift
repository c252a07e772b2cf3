import Almanac
import TimeSeriesModel

/// Moments as people write them on the command line.
///
/// `2025-03-01T08:00:00+01:00` (RFC 3339) · `2025-03-01 08:00`, `2025-03-01`, `2025-03`, `2025`
/// (local to the zone, the first moment of it) · Unix milliseconds (five digits or more) · `now`,
/// `now-24h`, `-7d` (back from now, in s, m, h, d of 24 hours, w).
enum MomentText {
    static func moment(_ text: String, in zone: TimeZoneRules, now: Timestamp) -> Timestamp? {
        if let back = relative(text) {
            let (milliseconds, overflow) = now.milliseconds.subtractingReportingOverflow(back)
            return overflow ? nil : Timestamp(milliseconds: milliseconds)
        }
        let isYear = text.utf8.count == 4 && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        if !isYear, let milliseconds = Int64(text) { return Timestamp(milliseconds: milliseconds) }
        if let local = local(text) { return zone.firstMoment(ofLocal: local) }
        // What has an offset is a moment of its own.
        return isYear ? nil : Timestamp(text)
    }

    /// Whether a number is rather one of Unix seconds: as milliseconds it lies in the first months
    /// of 1970, as seconds between 1973 and 2286.
    static func looksLikeSeconds(_ text: String) -> Bool {
        guard let number = Int64(text) else { return false }
        return (100_000_000..<10_000_000_000).contains(number)
    }

    /// How many milliseconds before now.
    private static func relative(_ text: String) -> Int64? {
        var rest = Substring(text)
        if rest.hasPrefix("now") {
            rest.removeFirst(3)
            if rest.isEmpty { return 0 }
        }
        guard rest.first == "-" else { return nil }
        return BucketWidth.milliseconds(rest.dropFirst())
    }

    /// A date, or date and time, without an offset: milliseconds of the local clock.
    private static func local(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        // The shape is that of a full local time, cut after the year or any part behind it.
        let whole = Array("0000-01-01T00:00:00".utf8)
        let shape = Array("dddd-dd-ddTdd:dd:dd".utf8)
        guard [4, 7, 10, 16, 19].contains(bytes.count) else { return nil }
        for (place, byte) in bytes.enumerated() {
            let isDigit = byte >= 0x30 && byte <= 0x39
            switch shape[place] {
            case UInt8(ascii: "d"): guard isDigit else { return nil }
            case UInt8(ascii: "T"):
                guard "T t".utf8.contains(byte) else { return nil }
            case let mark: guard byte == mark else { return nil }
            }
        }
        let full = bytes + whole[bytes.count...] + Array("Z".utf8)
        return Timestamp(String(decoding: full, as: UTF8.self))?.milliseconds
    }
}
