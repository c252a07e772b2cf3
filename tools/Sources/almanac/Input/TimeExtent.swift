import Almanac
import TimeSeriesModel

/// The first and last time of a file's samples, and how many of them are in the future.
struct TimeExtent {
    private var earliest = Int64.max
    private var latest = Int64.min
    /// Samples more than ``ClockReview/tolerance`` later than ``now``.
    private(set) var futureCount = 0
    private let now: Timestamp
    private let limit: Int64
    private var expiredCount = 0
    private let retentionBound: Timestamp?

    /// - Parameter retentionBound: the time before which a running retention removes samples.
    init(now: Timestamp = SystemClock.now, retentionBound: Timestamp? = nil) {
        self.now = now
        self.retentionBound = retentionBound
        limit = (now + ClockReview.tolerance).milliseconds
    }

    /// Milliseconds up to 1973, or seconds up to the year 5138.
    private static let secondsMax: Int64 = 100_000_000_000
    /// Seconds of 1973; what lies before may be anything.
    private static let secondsMin: Int64 = 100_000_000

    mutating func add(_ times: [Int64]) {
        earliest = min(earliest, times.min() ?? .max)
        let last = times.max() ?? .min
        latest = max(latest, last)
        if last > limit { futureCount += times.count { $0 > limit } }
        if let bound = retentionBound?.milliseconds { expiredCount += times.count { $0 < bound } }
    }

    /// Returns in words the number of samples that a running retention will remove; nil if it removes none.
    var retentionWarning: String? {
        guard expiredCount > 0, let retentionBound else { return nil }
        return "\(NumberText.count(expiredCount, of: "sample")) "
            + (expiredCount == 1 ? "is" : "are") + " older than "
            + "\(TimeZoneRules.utc.text(of: retentionBound)): the service's retention will remove "
            + "what is"
    }

    /// Returns in words the number of samples in the future; nil if there are none.
    var futureWarning: String? {
        guard futureCount > 0 else { return nil }
        return "\(NumberText.count(futureCount, of: "sample")) "
            + (futureCount == 1 ? "is" : "are") + " in the future, up to "
            + "\(TimeZoneRules.utc.text(of: Timestamp(milliseconds: latest))) (this machine's clock: "
            + "\(TimeZoneRules.utc.text(of: now))); `almanac prune future` lists and removes such "
            + "samples"
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
