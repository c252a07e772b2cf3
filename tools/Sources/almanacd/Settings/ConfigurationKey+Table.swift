import Almanac

extension ConfigurationKey {
    /// Every key, in the order in which they are listed.
    static let all: [ConfigurationKey] =
        place + cache + maintenance + collection + bacnet + http + store + log

    private static let place = [
        ConfigurationKey("data_directory", \.dataDirectory, .text("a folder")),
        ConfigurationKey("site_name", \.siteName, .text("a name")),
        ConfigurationKey("site_time_zone", \.history.siteTimeZone, .zoneName),
    ]

    private static let cache = [
        ConfigurationKey(
            "cache_duration_seconds", \.history.cacheDuration,
            .counted(.second, Configuration.Bounds.cacheSeconds)),
        ConfigurationKey(
            "background_poll_interval_seconds", \.backgroundPollInterval,
            .counted(.second, 1...86_400)),
        ConfigurationKey(
            "cache_cleanup_interval_minutes", \.history.cacheCleanupInterval,
            .counted(.minute, Configuration.Bounds.cleanupMinutes)),
        ConfigurationKey(
            "cache_capacity", \.history.cacheCapacity, .whole(Configuration.Bounds.cacheCapacity)),
        ConfigurationKey("cache_serve_stale", \.history.cacheServeStale, .word),
    ]

    private static let maintenance = [
        ConfigurationKey(
            "data_retention_days", \.history.dataRetentionDays,
            .orNone(.whole(Configuration.Bounds.retentionDays))),
        ConfigurationKey(
            "retention_bytes", \.history.retentionByteCount,
            .orNone(.byteCount(Configuration.Bounds.retentionByteCount))),
        ConfigurationKey("partition_cleanup_enabled", \.history.partitionCleanupEnabled, .boolean),
        ConfigurationKey(
            "maintenance_time", \.history.maintenanceTime, .written("a time of day like 02:00")),
        ConfigurationKey(
            "backup_directory", \.history.backupDirectory, .orEmpty(.text("a folder"))),
        ConfigurationKey(
            "backup_keep", \.history.backupKeep, .whole(Configuration.Bounds.backupKeep)),
    ]

    private static let collection = [
        ConfigurationKey("background_collection_enabled", \.backgroundCollectionEnabled, .boolean),
        ConfigurationKey("max_concurrent_collections", \.maxConcurrentCollections, .whole(1...256)),
        ConfigurationKey(
            "t3000_timeout_ms", \.deviceTimeout, .counted(.millisecond, 100...60_000)),
        ConfigurationKey("t3000_max_retries", \.deviceMaxRetries, .whole(0...10)),
        ConfigurationKey(
            "t3000_bulk_request_size", \.history.bulkRequestSize,
            .whole(Configuration.Bounds.requestPoints)),
        ConfigurationKey(
            "collector_error_retry_seconds", \.collectorErrorRetry, .counted(.second, 1...86_400)),
        ConfigurationKey(
            "default_trend_interval_seconds", \.history.defaultTrendInterval,
            .counted(.second, Configuration.Bounds.trendSeconds)),
        ConfigurationKey("collection_align", \.collectionAlign, .word),
        ConfigurationKey("devices_file", \.devicesFile, .text("a file"), isBesideFile: true),
        ConfigurationKey("points_file", \.pointsFile, .text("a file"), isBesideFile: true),
    ]

    private static let bacnet = [
        ConfigurationKey(
            "bacnet_interface", \.bacnetInterface, .orNone(.text("a network interface like eth0"))),
        ConfigurationKey("bacnet_port", \.bacnetPort, .whole(1...65_535)),
        ConfigurationKey(
            "bacnet_bbmd", \.bacnetBBMD, .orEmpty(.text("a host, or host and port"))),
        // 4,194,303 is BACnet's wildcard.
        ConfigurationKey("bacnet_device_id", \.bacnetDeviceID, .whole(0...4_194_302)),
    ]

    private static let http = [
        ConfigurationKey(
            "http_address", \.httpAddress, .written("host and port like 127.0.0.1:8640")),
        // Not the path is the secret, but what somebody may have put in its place.
        ConfigurationKey(
            "http_tokens_file", \.httpTokensFile, .orEmpty(.text("a file")), isSecret: true,
            isBesideFile: true),
        ConfigurationKey(
            "http_certificate_file", \.httpCertificateFile, .orEmpty(.text("a PEM file")),
            isBesideFile: true),
        ConfigurationKey(
            "http_key_file", \.httpKeyFile, .orEmpty(.text("a PEM file")), isBesideFile: true),
        ConfigurationKey("http_allow_no_token", \.httpAllowNoToken, .boolean),
        ConfigurationKey("cors_origins", \.corsOrigins, .origins),
        ConfigurationKey("http_assets_directory", \.httpAssetsDirectory, .text("a folder")),
        ConfigurationKey(
            "api_request_timeout_seconds", \.apiRequestTimeout, .counted(.second, 1...3600)),
        ConfigurationKey(
            "api_max_concurrent_requests", \.apiMaxConcurrentRequests, .whole(1...10_000)),
        ConfigurationKey("max_batch_size", \.maxBatchSize, .whole(1...1_000_000)),
        ConfigurationKey("query_limit_max", \.queryLimitMax, .whole(1...10_000_000)),
        ConfigurationKey(
            "body_bytes_max", \.bodyByteCountMax, .byteCount((1 << 10)...(1 << 30))),
    ]

    private static let store = [
        ConfigurationKey("durability", \.history.durability, .word),
        ConfigurationKey(
            "clock_past_limit", \.history.clockPastLimit,
            ValueForm(
                allowed: "a date or time like 2000-01-01 or 2000-01-01T00:00:00Z "
                    + "of the years 1900 to 2199",
                read: { text in
                    Timestamp(text).flatMap {
                        Configuration.isStorable($0) ? $0 : nil
                    }
                }, print: { $0.shortText })),
        ConfigurationKey(
            "clock_future_limit", \.history.clockFutureLimit,
            .duration(upToDays: Configuration.Bounds.clockFutureDays.upperBound)),
        ConfigurationKey(
            "disk_reserve", \.history.diskReserveByteCount,
            .orAutomatic(.byteCount(Configuration.Bounds.diskReserveByteCount))),
    ]

    private static let log = [
        ConfigurationKey("log_format", \.logFormat, .word),
        ConfigurationKey("log_level", \.logLevel, .word),
    ]
}

extension Timestamp {
    /// Days at midnight without their time.
    fileprivate var shortText: String {
        let midnight = "T00:00:00.000Z"
        let text = description
        return text.hasSuffix(midnight) ? String(text.dropLast(midnight.count)) : text
    }
}
