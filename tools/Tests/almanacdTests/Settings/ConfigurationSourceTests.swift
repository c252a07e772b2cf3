import Almanac
import Testing

@testable import almanacd

@Suite("Configuration: sources") struct ConfigurationSourceTests {
    @Test("takes the command line before environment before file before default")
    func precedence() throws {
        let file = try ConfigurationFile(
            text: "cache_capacity: 1\nbackup_keep: 1\nsite_name: file\n", path: "almanac.yaml")
        let environment = ["ALMANAC_CACHE_CAPACITY": "2", "ALMANAC_BACKUP_KEEP": "2", "HOME": "x"]
        let effective = try ServiceConfiguration.resolve(
            commandLine: ["--cache-capacity", "3"], environment: environment, file: file)
        #expect(effective.configuration.history.cacheCapacity == 3)
        #expect(effective.configuration.history.backupKeep == 2)
        #expect(effective.configuration.siteName == "file")
        #expect(effective.configuration.maxBatchSize == 1000)
        func source(_ key: String) -> ConfigurationSource? {
            effective.settings.first { $0.key == key }?.source
        }
        #expect(source("cache_capacity") == .commandLine("--cache-capacity"))
        #expect(source("backup_keep") == .environment("ALMANAC_BACKUP_KEEP"))
        #expect(source("site_name") == .file("almanac.yaml", line: 3))
        #expect(source("max_batch_size") == .default)
    }

    @Test("takes every key from each of its three places") func everyKey() throws {
        for key in ConfigurationKey.all {
            let text = key.defaultText
            let file = try ConfigurationFile(text: "\(key.name): '\(text)'", path: "a.yaml")
            let settings = [
                try ServiceConfiguration.resolve(commandLine: [key.option, text]),
                try ServiceConfiguration.resolve(environment: [key.variable: text]),
                try ServiceConfiguration.resolve(file: file),
            ].map { $0.settings.first { $0.key == key.name } }
            #expect(
                settings.map(\.?.source) == [
                    .commandLine(key.option), .environment(key.variable), .file("a.yaml", line: 1),
                ])
        }
    }

    @Test("takes the folder that the service manager gives in place of the default alone")
    func stateDirectory() throws {
        let environment = ["STATE_DIRECTORY": "/var/lib/almanac:/var/lib/other"]
        let given = try ServiceConfiguration.resolve(environment: environment)
        #expect(given.configuration.dataDirectory == "/var/lib/almanac")
        #expect(given.settings[0].source == .environment("STATE_DIRECTORY"))
        let file = try ConfigurationFile(text: "data_directory: /data", path: "almanac.yaml")
        let named = try ServiceConfiguration.resolve(environment: environment, file: file)
        #expect(named.configuration.dataDirectory == "/data")
    }

    @Test("looks for the tables beside the configuration file") func beside() throws {
        let file = try ConfigurationFile(
            text: "points_file: tables/p.csv", path: "/etc/almanac/almanac.yaml")
        let effective = try ServiceConfiguration.resolve(
            environment: ["ALMANAC_HTTP_TOKENS_FILE": "tokens"], file: file)
        #expect(effective.configuration.devicesFile == "/etc/almanac/devices.csv")
        #expect(effective.configuration.pointsFile == "/etc/almanac/tables/p.csv")
        #expect(effective.configuration.httpTokensFile == "tokens")
        let absolute = try ServiceConfiguration.resolve(
            file: ConfigurationFile(text: "devices_file: /d.csv", path: "/etc/almanac.yaml"))
        #expect(absolute.configuration.devicesFile == "/d.csv")
    }

    @Test("knows switches without a value, values behind = and none at all")
    func commandLine() throws {
        let words = ["--http-allow-no-token", "--site-name=a=b", "--durability", "os"]
        let configuration = try ServiceConfiguration.resolve(commandLine: words).configuration
        #expect(configuration.httpAllowNoToken)
        #expect(configuration.siteName == "a=b")
        #expect(configuration.history.durability == .os)
        let off = try ServiceConfiguration.resolve(commandLine: [
            "--partition-cleanup-enabled", "no",
        ])
        #expect(!off.configuration.history.partitionCleanupEnabled)
        for words in [["--site-name"], ["--site-name", "--log-level"], ["serve"], ["--"]] {
            #expect(throws: ServiceFailure.self) {
                try ServiceConfiguration.resolve(commandLine: words)
            }
        }
    }

    @Test("hides secrets in lists and in messages") func secrets() throws {
        let effective = try ServiceConfiguration.resolve(
            environment: ["ALMANAC_HTTP_TOKENS_FILE": "s3cret"])
        #expect(effective.configuration.httpTokensFile == "s3cret")
        let setting = effective.settings.first { $0.key == "http_tokens_file" }
        #expect(setting?.value == "(hidden)")
        #expect(setting?.source == .environment("ALMANAC_HTTP_TOKENS_FILE"))
        let error = #expect(throws: ServiceFailure.self) {
            try ServiceConfiguration.resolve(environment: [
                "ALMANAC_HTTP_TOKENS_FILE": "s3\u{1}cret"
            ])
        }
        #expect(error?.message.contains("cret") == false)
        #expect(error?.message.contains("http_tokens_file") == true)
    }

    @Test("warns of a poll that leaves values stale") func warnings() throws {
        #expect(try ServiceConfiguration.resolve().warnings == [])
        let slow = try ServiceConfiguration.resolve(
            commandLine: ["--background-poll-interval-seconds", "31"])
        #expect(slow.warnings.count == 1)
        #expect(slow.warnings[0].contains("background_poll_interval_seconds is 31"))
        #expect(slow.warnings[0].contains("cache_duration_seconds, which is 60"))
    }

    @Test("does not serve others without tokens unless told to") func address() throws {
        let open = ["--http-address", "0.0.0.0:8640"]
        let error = #expect(throws: ServiceFailure.self) {
            try ServiceConfiguration.resolve(commandLine: open)
        }
        #expect(error?.key == "http_address")
        #expect(error?.message.contains("http_allow_no_token") == true)
        _ = try ServiceConfiguration.resolve(commandLine: open + ["--http-allow-no-token"])
        _ = try ServiceConfiguration.resolve(commandLine: open + ["--http-tokens-file", "t"])
        for host in ["127.0.0.2", "localhost", "[::1]"] {
            _ = try ServiceConfiguration.resolve(commandLine: ["--http-address", "\(host):80"])
        }
        #expect(throws: ServiceFailure.self) {
            try ServiceConfiguration.resolve(commandLine: [
                "--http-address", "127.0.0.1.example.org:80",
            ])
        }
    }
}
