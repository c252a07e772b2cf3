import Almanac
import Testing

@testable import almanacd

@Suite("Configuration: values") struct ConfigurationValueTests {
    /// The value of a key as it is printed after it was read.
    private func shown(_ key: String, _ text: String) throws -> String? {
        let file = try ConfigurationFile(text: "\(key): '\(text)'", path: "almanac.yaml")
        return try ServiceConfiguration.resolve(file: file).settings.first { $0.key == key }?.value
    }

    @Test(
        "are read in their usual spellings",
        arguments: [
            ("cache_duration_seconds", "5min", "300"), ("cache_duration_seconds", "1d", "86400"),
            ("t3000_timeout_ms", "2s", "2000"), ("cache_cleanup_interval_minutes", "1h", "60"),
            ("clock_future_limit", "90m", "90min"), ("clock_future_limit", "1h30min", "90min"),
            ("clock_future_limit", "2w", "14d"), ("clock_future_limit", "0", "0s"),
            ("clock_future_limit", "250ms", "250ms"), ("clock_past_limit", "0", "1970-01-01"),
            ("clock_past_limit", "2020-01-01T01:00:00+01:00", "2020-01-01"),
            ("disk_reserve", "1 GiB", "1GiB"), ("disk_reserve", "2gb", "1953125KiB"),
            ("disk_reserve", "1000", "1000"), ("disk_reserve", "0", "0"),
            ("disk_reserve", "AUTO", "auto"), ("disk_reserve", "64MiB", "64MiB"),
            ("body_bytes_max", "512KiB", "512KiB"), ("retention_bytes", "1TiB", "1TiB"),
            ("data_retention_days", "NONE", "none"), ("data_retention_days", "30", "30"),
            ("partition_cleanup_enabled", "No", "false"), ("http_allow_no_token", "ON", "true"),
            ("http_allow_no_token", "1", "true"), ("http_allow_no_token", "off", "false"),
            ("maintenance_time", "3:05", "03:05"), ("maintenance_time", "23:59:59", "23:59:59"),
            ("http_address", "[::1]:80", "[::1]:80"),
            (
                "cors_origins", " https://a ,http://b:1 ",
                "https://a, http://b:1"
            ), ("log_level", "Warning", "warning"),
            ("bacnet_interface", "eth0", "eth0"),
            ("bacnet_bbmd", "10.0.0.1:47808", "10.0.0.1:47808"),
            ("cache_serve_stale", "while_refreshing", "while_refreshing"),
        ])
    func spellings(key: String, text: String, expected: String) throws {
        #expect(try shown(key, text) == expected)
    }

    @Test(
        "are refused with key, value, source and what is allowed",
        arguments: [
            // Out of range, at each end.
            ("cache_duration_seconds", "0"), ("cache_duration_seconds", "86401"),
            ("cache_duration_seconds", "2d"), ("background_poll_interval_seconds", "0"),
            ("max_concurrent_collections", "257"), ("max_concurrent_collections", "0"),
            ("t3000_timeout_ms", "99"), ("t3000_timeout_ms", "60001"), ("t3000_max_retries", "11"),
            ("t3000_bulk_request_size", "0"), ("t3000_bulk_request_size", "1001"),
            ("cache_capacity", "200001"), ("data_retention_days", "0"), ("bacnet_port", "65536"),
            ("bacnet_device_id", "4194303"), ("retention_bytes", "1KiB"), ("backup_keep", "0"),
            // No number, no whole number, too many digits.
            ("cache_capacity", "many"), ("cache_capacity", "1.5"), ("cache_capacity", "-1"),
            ("cache_capacity", "+1"), ("cache_capacity", ""), ("cache_capacity", "200,000"),
            ("cache_capacity", "99999999999999999999"), ("cache_duration_seconds", "1500ms"),
            ("cache_duration_seconds", "9223372036854775807"),
            // Units.
            ("clock_future_limit", "1"), ("clock_future_limit", "1y"),
            ("clock_future_limit", "30min1h"), ("clock_future_limit", "d"),
            ("clock_future_limit", "999999999999999999d"), ("disk_reserve", "128M"),
            ("disk_reserve", "MiB"), ("disk_reserve", "99999999999TiB"), ("disk_reserve", "-1"),
            // Words.
            ("durability", "safe"), ("cache_serve_stale", "on-failure"), ("log_level", "loud"),
            ("log_format", "xml"), ("collection_align", "yes"), ("http_allow_no_token", "maybe"),
            ("partition_cleanup_enabled", ""),
            // Times, addresses, names.
            ("maintenance_time", "24:00"), ("maintenance_time", "2"), ("maintenance_time", "02:60"),
            ("maintenance_time", "2:5"), ("maintenance_time", "-2:00"),
            ("maintenance_time", "02:00Z"),
            ("clock_past_limit", "2000-02-30"), ("clock_past_limit", "yesterday"),
            ("http_address", "8640"), ("http_address", "127.0.0.1"), ("http_address", ":8640"),
            ("http_address", "::1:8640"), ("http_address", "127.0.0.1:65536"),
            ("http_address", "http://127.0.0.1:80"), ("cors_origins", "example.org"),
            ("cors_origins", "https://a/b"), ("site_time_zone", "../etc/passwd."),
            ("site_time_zone", ""), ("site_time_zone", "/etc/localtime"), ("site_name", ""),
            ("data_directory", ""), ("devices_file", ""),
        ])
    func refused(key: String, text: String) throws {
        let file = try ConfigurationFile(text: "# one\n\(key): '\(text)'", path: "almanac.yaml")
        let error = #expect(throws: ServiceFailure.self) {
            try ServiceConfiguration.resolve(file: file)
        }
        let allowed = try #require(ConfigurationKey.all.first { $0.name == key }?.allowed)
        #expect(error?.status == .configuration)
        #expect(error?.key == key)
        #expect(
            error?.message
                == "\(key) cannot be \"\(text)\" (almanac.yaml, line 2); expected \(allowed)")
    }

    @Test("are refused from each source by its name, even where a stronger one says otherwise")
    func sources() throws {
        func message(_ resolve: () throws -> EffectiveConfiguration) -> String? {
            #expect(throws: ServiceFailure.self) { try resolve() }?.message
        }
        let line = message {
            try ServiceConfiguration.resolve(commandLine: ["--bacnet-port=x"])
        }
        #expect(line?.contains("bacnet_port cannot be \"x\" (command line --bacnet-port)") == true)
        let variable = message {
            try ServiceConfiguration.resolve(
                commandLine: ["--bacnet-port=1"], environment: ["ALMANAC_BACNET_PORT": "x"])
        }
        #expect(variable?.contains("(environment ALMANAC_BACNET_PORT)") == true)
    }

    @Test("are looked for under the nearest known key where theirs is unknown") func unknown()
        throws
    {
        func error(_ resolve: () throws -> EffectiveConfiguration) -> ServiceFailure? {
            #expect(throws: ServiceFailure.self) { try resolve() }
        }
        let inFile = error {
            try ServiceConfiguration.resolve(
                file: ConfigurationFile(text: "\ndata_retension_days: 3", path: "a.yaml"))
        }
        #expect(
            inFile?.message == "unknown key data_retension_days (a.yaml, line 2); "
                + "the nearest known one is data_retention_days")
        let onLine = error {
            try ServiceConfiguration.resolve(commandLine: ["--http-adress", "x"])
        }
        #expect(
            onLine?.message == "unknown key --http-adress (command line --http-adress); "
                + "the nearest known one is --http-address")
        let inEnvironment = error {
            try ServiceConfiguration.resolve(environment: ["ALMANAC_CACHE_CAPACTIY": "1"])
        }
        #expect(
            inEnvironment?.message.hasSuffix(
                "the nearest known one is ALMANAC_CACHE_CAPACITY") == true)
        #expect(inEnvironment?.status == .configuration)
        let camel = error {
            try ServiceConfiguration.resolve(
                file: ConfigurationFile(text: "cache-capacity: 3", path: "a.yaml"))
        }
        #expect(camel?.message.hasSuffix("is cache_capacity") == true)
    }
}
