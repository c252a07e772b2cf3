import Almanac
import Testing

@Suite("Extreme configurations") struct ExtremeConfigurationTests {
    @Test("are refused when they are made in code")
    func code() {
        let times = [Int64.min, .max].map { Timestamp(milliseconds: $0) }
        for time in times {
            expectRefused("clock_past_limit") { $0.clockPastLimit = time }
        }
        for duration: Duration in [
            .seconds(Int64.min), .milliseconds(-1), .seconds(Int64.max), .seconds(Int64.max) * 2,
        ] {
            expectRefused("clock_future_limit") { $0.clockFutureLimit = duration }
            expectRefused("cache_duration_seconds") { $0.cacheDuration = duration }
            expectRefused("cache_cleanup_interval_minutes") { $0.cacheCleanupInterval = duration }
            expectRefused("default_trend_interval_seconds") { $0.defaultTrendInterval = duration }
        }
        for count in [Int.min, -1, Int.max] {
            expectRefused("data_retention_days") { $0.dataRetentionDays = count }
            expectRefused("retention_bytes") { $0.retentionByteCount = count }
            expectRefused("cache_capacity") { $0.cacheCapacity = count }
            expectRefused("backup_keep") { $0.backupKeep = count }
            expectRefused("t3000_bulk_request_size") { $0.bulkRequestSize = count }
            expectRefused("disk_reserve") { $0.diskReserveByteCount = count }
        }
    }

    // A program that embeds the library was refused because of an HTTP address that it never used.
    @Test("are accepted at each end of their bounds, and refused beyond it")
    func bounds() throws {
        typealias Bounds = Configuration.Bounds
        let counts: [(String, ClosedRange<Int>, (inout Configuration, Int) -> Void)] = [
            ("cache_capacity", Bounds.cacheCapacity, { $0.cacheCapacity = $1 }),
            ("data_retention_days", Bounds.retentionDays, { $0.dataRetentionDays = $1 }),
            ("retention_bytes", Bounds.retentionByteCount, { $0.retentionByteCount = $1 }),
            ("backup_keep", Bounds.backupKeep, { $0.backupKeep = $1 }),
            ("t3000_bulk_request_size", Bounds.requestPoints, { $0.bulkRequestSize = $1 }),
            ("disk_reserve", Bounds.diskReserveByteCount, { $0.diskReserveByteCount = $1 }),
            ("cache_duration_seconds", Bounds.cacheSeconds, { $0.cacheDuration = .seconds($1) }),
            (
                "cache_cleanup_interval_minutes", Bounds.cleanupMinutes,
                { $0.cacheCleanupInterval = .seconds($1) * 60 }
            ),
            (
                "default_trend_interval_seconds", Bounds.trendSeconds,
                { $0.defaultTrendInterval = .seconds($1) }
            ),
            (
                "clock_future_limit", Bounds.clockFutureDays,
                { $0.clockFutureLimit = .seconds($1) * 86_400 }
            ),
        ]
        for (key, bounds, set) in counts {
            for value in [bounds.lowerBound, bounds.upperBound] {
                var configuration = Configuration()
                set(&configuration, value)
                try configuration.check()
            }
            expectRefused(key) { set(&$0, bounds.lowerBound - 1) }
            expectRefused(key) { set(&$0, bounds.upperBound + 1) }
        }
        try Configuration().check()
    }

    @Test("are refused with the key, the value and what is allowed")
    func words() {
        var configuration = Configuration()
        configuration.cacheDuration = .milliseconds(1500)
        let error = #expect(throws: HistoryError.self) { try configuration.check() }
        #expect(error?.code == .invalidParameter && error?.kind == .configuration)
        #expect(
            error?.message == "cache_duration_seconds cannot be 1.5 seconds; "
                + "expected a whole number of 1.0 seconds from 1 to 86400")
        expectRefused("clock_future_limit") { $0.clockFutureLimit = .nanoseconds(1) }
        for zone in ["", "/etc/localtime", "../etc/passwd.", "a b"] {
            expectRefused("site_time_zone") { $0.siteTimeZone = zone }
        }
        for folder in ["", "a\u{1}b", "a\u{7F}"] {
            expectRefused("backup_directory") { $0.backupDirectory = folder }
        }
    }

    private func expectRefused(_ key: String, _ set: (inout Configuration) -> Void) {
        var configuration = Configuration()
        set(&configuration)
        let error = #expect(throws: HistoryError.self, "\(key)") { try configuration.check() }
        #expect(error?.parameter == key)
    }
}
