import Almanac
import Testing

// `clock_past_limit: -9223372036854775808` was read, and ended the process when it was printed.
@Suite("Extreme configurations") struct ExtremeConfigurationTests {
    @Test(
        "are refused by the name of their key",
        arguments: ConfigurationKey.all.map(\.name).filter {
            ![
                "site_name", "data_directory", "backup_directory", "devices_file", "points_file",
                "bacnet_interface", "bacnet_bbmd", "http_tokens_file", "http_assets_directory",
                "site_time_zone", "cors_origins", "http_address", "http_certificate_file",
                "http_key_file",
            ].contains($0)
        })
    func text(key: String) {
        for value in ["-9223372036854775808", "9223372036854775807", "9223372036854775807d", "-1s"]
        {
            #expect {
                _ = try Configuration.resolve(
                    environment: ["ALMANAC_" + key.uppercased(): value])
            } throws: { error in
                (error as? HistoryError)?.parameter == key
            }
        }
    }

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
            expectRefused("background_poll_interval_seconds") {
                $0.backgroundPollInterval = duration
            }
            expectRefused("cache_cleanup_interval_minutes") { $0.cacheCleanupInterval = duration }
            expectRefused("t3000_timeout_ms") { $0.deviceTimeout = duration }
            expectRefused("collector_error_retry_seconds") { $0.collectorErrorRetry = duration }
            expectRefused("default_trend_interval_seconds") { $0.defaultTrendInterval = duration }
            expectRefused("api_request_timeout_seconds") { $0.apiRequestTimeout = duration }
        }
        for count in [Int.min, -1, Int.max] {
            expectRefused("data_retention_days") { $0.dataRetentionDays = count }
            expectRefused("retention_bytes") { $0.retentionByteCount = count }
            expectRefused("cache_capacity") { $0.cacheCapacity = count }
            expectRefused("backup_keep") { $0.backupKeep = count }
            expectRefused("max_concurrent_collections") { $0.maxConcurrentCollections = count }
            expectRefused("query_limit_max") { $0.queryLimitMax = count }
            expectRefused("max_batch_size") { $0.maxBatchSize = count }
            expectRefused("body_bytes_max") { $0.bodyByteCountMax = count }
        }
    }

    private func expectRefused(_ key: String, _ set: (inout Configuration) -> Void) {
        var configuration = Configuration()
        set(&configuration)
        #expect {
            _ = try EffectiveConfiguration(configuration)
        } throws: { error in
            (error as? HistoryError)?.parameter == key
        }
    }
}
