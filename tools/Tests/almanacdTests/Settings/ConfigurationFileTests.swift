import Almanac
import Foundation
import Testing
import ToolTestSupport

@testable import almanacd

@Suite("ConfigurationFile") struct ConfigurationFileTests {
    private func value(_ text: String) throws -> String? {
        try ConfigurationFile(text: "key: " + text, path: "a.yaml").entries.first?.value
    }

    @Test("reads keys and values with their lines, and leaves comments out") func lines() throws {
        let text = """
            \u{FEFF}---
            # a comment
            site_name: Haus 7   # behind a value
              # an indented one

            cache_capacity:\t100\r
            backup_directory:
            """
        let file = try ConfigurationFile(text: text, path: "a.yaml")
        #expect(file.entries.map(\.key) == ["site_name", "cache_capacity", "backup_directory"])
        #expect(file.entries.map(\.value) == ["Haus 7", "100", ""])
        #expect(file.entries.map(\.line) == [3, 6, 7])
        #expect(try ConfigurationFile(text: "", path: "a.yaml").entries == [])
    }

    @Test(
        "reads plain and quoted values",
        arguments: [
            ("127.0.0.1:8640", "127.0.0.1:8640"), ("a#b", "a#b"), ("a #b", "a"), ("#b", ""),
            ("'a #b'", "a #b"), ("'it''s'", "it's"), ("'a: b' # c", "a: b"), ("''", ""),
            ("\"a\\tb\\n\\\\\\\"\"", "a\tb\n\\\""), ("\"#\"", "#"), ("~", ""), ("null", ""),
            ("https://a.example", "https://a.example"), ("-1", "-1"), ("\"it's\"", "it's"),
            ("Zürich", "Zürich"),
        ])
    func values(text: String, expected: String) throws {
        #expect(try value(text) == expected)
    }

    @Test(
        "refuses all that is not flat, with its line",
        arguments: [
            "  nested: 1", "\tnested: 1", "- item", "key: - item", "key: [a, b]", "key: {a: b}",
            "key: |", "key: >", "key: &x 1", "key: *x", "key: !!int 3", "key: @a", "key: `a`",
            "key: a: b", "key: a:", "key", "key 1", "key:1", ": 1", "two words: 1", "key: 'open",
            "key: \"open", "key: 'a' b", "key: \"a\\x\"", "key: \"a\\", "first: 2", "\"key\": 1",
            "...", "%YAML 1.2",
        ])
    func refused(line: String) throws {
        let error = #expect(throws: ServiceFailure.self) {
            try ConfigurationFile(text: "first: 1\n\n\(line)\n", path: "a.yaml")
        }
        #expect(error?.status == .configuration)
        #expect(error?.message.hasPrefix("a.yaml, line 3: ") == true)
    }

    @Test("tells where a key was set before") func twice() throws {
        let error = #expect(throws: ServiceFailure.self) {
            try ConfigurationFile(text: "a: 1\nb: 2\na: 3", path: "a.yaml")
        }
        #expect(error?.message == "a.yaml, line 3: a is set already in line 1")
    }

    @Test("is read from disk; what is missing, too long or no text is told") func disk() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("configuration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("almanac.yaml").path
        let missing = #expect(throws: ServiceFailure.self) { try ConfigurationFile.read(path) }
        #expect(missing?.status == .inputOutput)
        try Data("site_name: x\n".utf8).write(to: URL(fileURLWithPath: path))
        let file = try ConfigurationFile.read(path)
        #expect(file.entries.map(\.value) == ["x"])
        #expect(
            try ServiceConfiguration.resolve(file: file).configuration.devicesFile
                == folder.path + "/devices.csv")
        try Data([0x61, 0xFF, 0x3A]).write(to: URL(fileURLWithPath: path))
        #expect(throws: ServiceFailure.self) { try ConfigurationFile.read(path) }
        try Data(repeating: 0x23, count: 1 << 21).write(to: URL(fileURLWithPath: path))
        #expect(throws: ServiceFailure.self) { try ConfigurationFile.read(path) }
    }

    @Test("never traps on random lines, and keeps what it takes") func random() throws {
        var random = SplitMix64(seed: 7)
        let alphabet = Array("ab: #'\"\\-[{\t\r\n~_é1")
        for _ in 0..<3000 {
            let text = String((0..<20).map { _ in alphabet.randomElement(using: &random)! })
            guard let file = try? ConfigurationFile(text: text, path: "a.yaml") else { continue }
            #expect(Set(file.entries.map(\.key)).count == file.entries.count)
        }
    }
}
