import Almanac
import Testing
import ToolTestSupport

@testable import almanacd

// `clock_past_limit: -9223372036854775808` was read, and ended the process when it was printed.
@Suite("Extreme settings") struct ExtremeSettingsTests {
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
                _ = try ServiceConfiguration.resolve(
                    environment: ["ALMANAC_" + key.uppercased(): value])
            } throws: { error in
                (error as? ServiceFailure)?.key == key
            }
        }
    }

    @Test("that the service reads are accepted by the store", arguments: ConfigurationKey.all)
    func accepted(key: ConfigurationKey) {
        // Texts at and around the bounds of all keys: what one of them takes, the library takes too.
        let texts = [
            "0", "1", "2", "1000", "1001", "36500", "36501", "86400", "86401", "200000", "1440",
            "1441", "36500d", "36501d", "1MiB", "1TiB", "1024TiB", "1025TiB", "none", "auto", "",
            "1900-01-01", "1899-12-31", "2199-12-31", "2200-01-01", "UTC", "/etc", "a b", "x",
        ]
        for text in texts {
            guard
                let read = try? ServiceConfiguration.resolve(
                    environment: [key.variable: text])
            else { continue }
            #expect(throws: Never.self, "\(key.name): \(text)") {
                try read.configuration.history.check()
            }
        }
    }

    @Test("as changed files of settings resolve, or are refused with their line")
    func changedFiles() {
        var random = SplitMix64(seed: 31)
        let lines = ConfigurationKey.all.map { "\($0.name): '\($0.defaultText)'" }
        var resolvedCount = 0
        for _ in 0..<5000 {
            let few = (0..<5).map { _ in lines.randomElement(using: &random)! }
            let whole = few.joined(separator: "\n") + " # comment\n"
            let text = String(decoding: random.mutated(Array(whole.utf8)), as: UTF8.self)
            do {
                let file = try ConfigurationFile(text: text, path: "a.yaml")
                #expect(file.entries.count <= text.utf8.count)
                _ = try ServiceConfiguration.resolve(file: file)
                resolvedCount += 1
            } catch {
                #expect(!error.message.isEmpty)
            }
            _ = ListenAddress(text)
        }
        #expect(resolvedCount > 100)
    }
}
