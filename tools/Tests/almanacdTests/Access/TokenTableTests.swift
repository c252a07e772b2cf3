import AlmanacAPI
import Foundation
import Testing

@testable import almanacd

@Suite("TokenTable") struct TokenTableTests {
    /// SHA-256 of "abc" (FIPS 180-4) and of no byte.
    static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    private func table(_ text: String) throws -> TokenTable? {
        try withTokens(text) { try TokenTable.load($0) }
    }

    private func withTokens<Result>(
        _ text: String, _ body: (String) throws -> Result
    ) throws -> Result {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("tokens-\(UUID().uuidString)").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    @Test("knows a token by its digest, and its rights and name")
    func known() throws {
        let tokens = try #require(
            try table("# tokens\n\nread grafana \(Self.empty)\nwrite\tpanel  \(Self.abc) \r\n"))
        #expect(tokens.entries.map(\.name) == ["grafana", "panel"])
        #expect(tokens.entry(of: "abc")?.access == .write)
        #expect(tokens.entry(of: "abc")?.name == "panel")
        for wrong in ["abcd", "ab", "ABC", " abc", Self.abc] {
            #expect(tokens.entry(of: wrong) == nil, "\(wrong)")
        }
        // Digests are written in either case of letters.
        #expect(try table("admin a \(Self.abc.uppercased())")?.entry(of: "abc")?.access == .admin)
    }

    @Test("compares a digest to its last byte")
    func lastByte() throws {
        for place in [0, 31, 63] {
            var digits = Array(Self.abc)
            digits[place] = digits[place] == "0" ? "1" : "0"
            let tokens = try #require(try table("read a \(String(digits))"))
            #expect(tokens.entry(of: "abc") == nil, "digit \(place)")
        }
    }

    @Test(
        "refuses a wrong line by its number, and does not show it",
        arguments: [
            "read a", "read a s3cret", "read a s3cret b", "root a \(Self.abc)",
            "none a \(Self.abc)", "read a \(Self.abc)0", "read a \(String(Self.abc.dropLast()))",
            "read a \(String(Self.abc.dropLast()))g", "Read a \(Self.abc)",
            "read a +f\(String(Self.abc.dropLast(2)))",
        ])
    func refused(line: String) throws {
        let error = #expect(throws: ServiceFailure.self) {
            try table("read ok \(Self.abc)\n\(line)\n")
        }
        #expect(error?.status == .configuration)
        #expect(error?.message.contains(", line 2: ") == true)
        #expect(error?.message.contains("s3cret") == false)
        #expect(error?.message.contains(Self.abc.prefix(16)) == false)
    }

    @Test("refuses a file without tokens and one that is not there; no file is no table")
    func none() throws {
        #expect(try TokenTable.load(nil) == nil)
        for text in ["", "# nothing\n"] {
            #expect(throws: ServiceFailure.self) { try table(text) }
        }
        let error = #expect(throws: ServiceFailure.self) { try TokenTable.load("/nowhere/t") }
        #expect(error?.status == .configuration)
    }
}
