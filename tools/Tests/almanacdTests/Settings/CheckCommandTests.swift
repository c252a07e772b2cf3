import Foundation
import Testing

/// The built program, as a service manager or a person starts it.
@Suite("almanacd check") struct CheckCommandTests {
    private struct Ended {
        let status: Int32
        let output: String
        let errors: String
    }

    private func check(
        _ text: String, _ arguments: [String] = [], _ environment: [String: String] = [:]
    ) throws -> Ended {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("check-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = { (name: String) in folder.appendingPathComponent(name) }
        for (name, content) in [("a.yaml", text), ("stdout", ""), ("stderr", "")] {
            try Data(content.utf8).write(to: file(name))
        }
        let process = Process()
        // The program is built beside the tests.
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("almanacd")
        process.arguments = ["check", "--config", "a.yaml"] + arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: file("stdout").path)
        process.standardError = FileHandle(forWritingAtPath: file("stderr").path)
        try process.run()
        process.waitUntilExit()
        return Ended(
            status: process.terminationStatus,
            output: try String(contentsOf: file("stdout"), encoding: .utf8),
            errors: try String(contentsOf: file("stderr"), encoding: .utf8))
    }

    @Test("prints each setting with its source, and hides the secret one")
    func settings() throws {
        let ended = try check(
            "cache_capacity: 5\nhttp_allow_no_token: true\n", ["--backup-keep", "3"],
            ["ALMANAC_SITE_NAME": "Haus 7"])
        #expect(ended.status == 0, "\(ended.errors)")
        let words = ended.output.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(words.contains("cache_capacity 5 (a.yaml, line 1)"))
        #expect(words.contains("site_name Haus 7 (environment ALMANAC_SITE_NAME)"))
        #expect(words.contains("backup_keep 3 (command line --backup-keep)"))
        #expect(words.contains("http_address 127.0.0.1:8640 (default)"))
        let secret = try check("http_tokens_file: s3cret\n")
        #expect(secret.output.contains("(hidden)") && !secret.output.contains("s3cret"))
    }

    @Test(
        "ends with 78 and names key, value, source and what is allowed",
        arguments: [
            (
                "cache_capacity: many\n",
                "cache_capacity cannot be \"many\" (a.yaml, line 1); expected a whole number from 1"
            ),
            (
                "cache_capactiy: 1\n",
                "unknown key cache_capactiy (a.yaml, line 1); the nearest known one is cache_capacity"
            ),
            ("http_address: 0.0.0.0:8640\n", "http_address cannot be \"0.0.0.0:8640\""),
            ("a\n", "a.yaml, line 1: expected key: value"),
        ])
    func refused(text: String, message: String) throws {
        let ended = try check(text)
        #expect(ended.status == 78)
        #expect(ended.errors.hasPrefix("almanacd: " + message), "\(ended.errors)")
        #expect(ended.output.isEmpty)
    }
}
