import Almanac
import Testing

@testable import almanacd

@Suite("Configuration: defaults") struct ConfigurationDefaultTests {
    /// As the documentation lists them.
    private static let defaults: [String: String] = [
        "data_directory": "./almanac-data", "site_name": "site", "site_time_zone": "UTC",
        "cache_duration_seconds": "60", "background_poll_interval_seconds": "30",
        "cache_cleanup_interval_minutes": "5", "cache_capacity": "200000",
        "cache_serve_stale": "on_failure", "data_retention_days": "1095",
        "retention_bytes": "none", "partition_cleanup_enabled": "true",
        "maintenance_time": "02:00", "backup_directory": "", "backup_keep": "7",
        "background_collection_enabled": "true", "max_concurrent_collections": "10",
        "t3000_timeout_ms": "5000", "t3000_max_retries": "3", "t3000_bulk_request_size": "100",
        "collector_error_retry_seconds": "300", "default_trend_interval_seconds": "900",
        "collection_align": "spread", "devices_file": "devices.csv",
        "points_file": "points.csv", "bacnet_interface": "none", "bacnet_port": "47808",
        "bacnet_bbmd": "", "bacnet_device_id": "4194000", "http_address": "127.0.0.1:8640",
        "http_tokens_file": "", "http_certificate_file": "", "http_key_file": "",
        "http_allow_no_token": "false", "cors_origins": "",
        "http_assets_directory": "/usr/share/javascript/dygraphs",
        "api_request_timeout_seconds": "30", "api_max_concurrent_requests": "100",
        "max_batch_size": "1000", "query_limit_max": "50000", "body_bytes_max": "16MiB",
        "durability": "durable", "clock_past_limit": "2000-01-01", "clock_future_limit": "1d",
        "disk_reserve": "auto", "log_format": "auto", "log_level": "info",
    ]

    @Test("has each documented key and no other, with the documented default")
    func defaults() throws {
        let settings = try ServiceConfiguration.resolve().settings
        var found: [String: String] = [:]
        for setting in settings {
            #expect(setting.source == .default)
            #expect(found.updateValue(setting.value, forKey: setting.key) == nil)
        }
        #expect(found == ConfigurationDefaultTests.defaults)
    }

    @Test("reads each default as it is written, and says what is allowed")
    func roundTrip() throws {
        for key in ConfigurationKey.all {
            #expect(!key.allowed.isEmpty)
            let read = try ServiceConfiguration.resolve(commandLine: [
                key.option + "=" + key.defaultText
            ])
            #expect(read.configuration == ServiceConfiguration(), "\(key.name)")
        }
    }

    @Test("gives typed values") func typed() throws {
        let configuration = try ServiceConfiguration.resolve().configuration
        #expect(configuration == ServiceConfiguration())
        #expect(configuration.history.cacheDuration == .seconds(60))
        #expect(configuration.history.cacheCleanupInterval == .seconds(300))
        #expect(configuration.deviceTimeout == .seconds(5))
        #expect(configuration.history.dataRetentionDays == 1095)
        #expect(configuration.history.retentionByteCount == nil)
        #expect(configuration.history.maintenanceTime == TimeOfDay(hour: 2))
        #expect(configuration.bodyByteCountMax == 16_777_216)
        #expect(configuration.history.clockPastLimit == Timestamp("2000-01-01")!)
        #expect(configuration.history.clockFutureLimit == .seconds(86_400))
        #expect(configuration.history.diskReserveByteCount == nil)
        #expect(configuration.httpAddress == ListenAddress(host: "127.0.0.1", port: 8640))
    }
}
