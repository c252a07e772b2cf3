import Almanac
import TimeSeriesModel

/// From when to when the times of a file reach, in what it says are milliseconds.
struct TimeExtent {
    private var earliest = Int64.max
    private var latest = Int64.min

    /// Milliseconds up to 1973, or seconds up to the year 5138.
    private static let secondsMax: Int64 = 100_000_000_000
    /// Seconds of 1973; what lies before may be anything.
    private static let secondsMin: Int64 = 100_000_000

    mutating func add(_ times: [Int64]) {
        earliest = min(earliest, times.min() ?? .max)
        latest = max(latest, times.max() ?? .min)
    }

    /// A building without any history of the last fifty years is more likely a unit mistaken.
    var warning: String? {
        guard earliest > -TimeExtent.secondsMax, latest >= TimeExtent.secondsMin,
            latest < TimeExtent.secondsMax
        else { return nil }
        return "the times look like seconds; milliseconds are expected (taken as such, they end at "
            + "\(TimeZoneRules.utc.text(of: Timestamp(milliseconds: latest))))"
    }
}
