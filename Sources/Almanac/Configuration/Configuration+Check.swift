import SegmentStore
public import TimeSeriesModel

extension Configuration {
    /// The values that the settings may have; programs that read them from texts use the same.
    public enum Bounds {
        /// Of ``Configuration/cacheDuration``, in whole seconds.
        public static let cacheSeconds = 1...86_400
        /// Of ``Configuration/cacheCleanupInterval``, in whole minutes.
        public static let cleanupMinutes = 1...1440
        public static let cacheCapacity = 1...200_000
        public static let retentionDays = 1...36_500
        public static let retentionByteCount = (1 << 20)...(1 << 50)
        public static let backupKeep = 1...1000
        /// Of ``Configuration/bulkRequestSize``.
        public static let requestPoints = 1...1000
        /// Of ``Configuration/defaultTrendInterval``, in whole seconds.
        public static let trendSeconds = 1...86_400
        /// Of ``Configuration/clockFutureLimit``; it has whole milliseconds.
        public static let clockFutureDays = 0...36_500
        /// Of ``Configuration/diskReserveByteCount``.
        public static let diskReserveByteCount = 0...(1 << 40)
    }

    /// True if a store can have samples of this time, and ``clockPastLimit`` may be it: it is in the
    /// years 1900 to 2199.
    public static func isStorable(_ time: Timestamp) -> Bool {
        BulkImport.supportedRange.contains(time)
    }

    /// True if a text has the form of an IANA zone's name. Whether the system has that zone shows when
    /// a store is opened.
    public static func isZoneName(_ text: String) -> Bool {
        let isName = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                || "/_+-".utf8.contains(byte)
        }
        return isName && !text.isEmpty && !text.hasPrefix("/")
    }

    /// - Throws: `invalidParameter` that names the first setting with a value outside its bounds, as a
    ///   key of `almanac.yaml` (``cacheDuration`` is `cache_duration_seconds`), the value, and what is
    ///   allowed.
    public func check() throws(HistoryError) {
        try Self.check(
            Self.isZoneName(siteTimeZone), "site_time_zone", siteTimeZone,
            "an IANA name like Europe/Zurich, or UTC")
        try Self.check(cacheDuration, "cache_duration_seconds", Bounds.cacheSeconds, .seconds(1))
        try Self.check(
            cacheCleanupInterval, "cache_cleanup_interval_minutes", Bounds.cleanupMinutes,
            .seconds(60))
        try Self.check(cacheCapacity, "cache_capacity", Bounds.cacheCapacity)
        try Self.check(dataRetentionDays, "data_retention_days", Bounds.retentionDays)
        try Self.check(retentionByteCount, "retention_bytes", Bounds.retentionByteCount)
        if let backupDirectory {
            let isPath =
                !backupDirectory.isEmpty
                && backupDirectory.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && $0.value != 0x7F
                }
            try Self.check(isPath, "backup_directory", backupDirectory, "a folder, or nil")
        }
        try Self.check(backupKeep, "backup_keep", Bounds.backupKeep)
        try Self.check(bulkRequestSize, "t3000_bulk_request_size", Bounds.requestPoints)
        try Self.check(
            defaultTrendInterval, "default_trend_interval_seconds", Bounds.trendSeconds,
            .seconds(1))
        try Self.check(
            Self.isStorable(clockPastLimit), "clock_past_limit", clockPastLimit,
            "a time of the years 1900 to 2199")
        let days = Bounds.clockFutureDays
        let ahead = clockFutureLimit.wideMilliseconds
        try Self.check(
            ahead >= 0 && ahead <= Int128(days.upperBound) * 86_400_000
                && .milliseconds(Int64(clamping: ahead)) == clockFutureLimit,
            "clock_future_limit", clockFutureLimit,
            "whole milliseconds of at most \(days.upperBound) days")
        try Self.check(diskReserveByteCount, "disk_reserve", Bounds.diskReserveByteCount)
    }

    private static func check(
        _ value: Int?, _ key: String, _ bounds: ClosedRange<Int>
    ) throws(HistoryError) {
        guard let value else { return }
        try check(
            bounds.contains(value), key, value, "\(bounds.lowerBound) to \(bounds.upperBound)")
    }

    private static func check(
        _ value: Duration, _ key: String, _ bounds: ClosedRange<Int>, _ unit: Duration
    ) throws(HistoryError) {
        // In Int128: a duration of Int64.max seconds has more milliseconds than Int64 holds.
        let (milliseconds, one) = (value.wideMilliseconds, unit.wideMilliseconds)
        let isWhole =
            milliseconds % one == 0 && .milliseconds(Int64(clamping: milliseconds)) == value
        try check(
            isWhole && bounds.contains(Int(clamping: milliseconds / one)), key, value,
            "a whole number of \(unit) from \(bounds.lowerBound) to \(bounds.upperBound)")
    }

    private static func check(
        _ isAllowed: Bool, _ key: String, _ found: some CustomStringConvertible, _ allowed: String
    ) throws(HistoryError) {
        guard !isAllowed else { return }
        throw HistoryError(
            .invalidParameter, "\(key) cannot be \(found); expected \(allowed)", parameter: key)
    }

    /// As ``check()`` names them.
    static let keys: Set = [
        "site_time_zone", "cache_duration_seconds", "cache_cleanup_interval_minutes",
        "cache_capacity", "data_retention_days", "retention_bytes", "backup_directory",
        "backup_keep", "t3000_bulk_request_size", "default_trend_interval_seconds",
        "clock_past_limit", "clock_future_limit", "disk_reserve",
    ]
}
