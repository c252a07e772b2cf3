/// How long a bucket is: so many milliseconds, or so many days, weeks or months of a calendar.
public enum BucketWidth: Hashable, Sendable {
    /// On the grid of whole multiples since 1970 UTC, in any zone.
    case milliseconds(Int64)
    /// Of the zone: some have 23 or 25 hours.
    case days(Int64)
    /// ISO weeks: from Monday.
    case weeks(Int64)
    case months(Int64)

    public static let day = BucketWidth.days(1)
    public static let week = BucketWidth.weeks(1)
    public static let month = BucketWidth.months(1)
    public static let year = BucketWidth.months(12)

    /// Whether a calendar counts by it: 1 to 1,000,000 days, weeks or months, or 1 ms to as many
    /// months of 31 days.
    public var isCountable: Bool { countable == self }

    /// The nearest width that a calendar counts by.
    var countable: BucketWidth {
        switch self {
        case .milliseconds(let step):
            .milliseconds(min(max(step, 1), BucketWidth.countMax * 31 * 86_400_000))
        case .days(let count): .days(min(max(count, 1), BucketWidth.countMax))
        case .weeks(let count): .weeks(min(max(count, 1), BucketWidth.countMax))
        case .months(let count): .months(min(max(count, 1), BucketWidth.countMax))
        }
    }

    private static let countMax: Int64 = 1_000_000

    /// nil for less than a millisecond; parts of one are dropped.
    public init?(_ duration: Duration) {
        let milliseconds = duration.milliseconds
        guard milliseconds > 0 else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// Reads `15m`, `1h`, `1d`, `day`, `week`, `month`, `3months`, `year` and the like; nil for
    /// anything else. Days and longer are the calendar's: some have 23 or 25 hours.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let count = digits.isEmpty ? 1 : Int64(digits) ?? 0
        guard count > 0, count <= 1_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "d", "day", "days": self = .days(count)
        case "w", "week", "weeks": self = .weeks(count)
        case "mo", "month", "months": self = .months(count)
        case "y", "year", "years": self = .months(count * 12)
        default:
            guard !digits.isEmpty, let milliseconds = BucketWidth.milliseconds(text[...]) else {
                return nil
            }
            self = .milliseconds(milliseconds)
        }
    }

    /// A span of fixed length, as `90s`; a day has 24 hours here.
    public static func milliseconds(_ text: Substring) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), count > 0, count <= 1_000_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return count
        case "s": return count * 1000
        case "m", "min": return count * 60_000
        case "h": return count * 3_600_000
        case "d": return count * 86_400_000
        case "w": return count * 604_800_000
        default: return nil
        }
    }
}
