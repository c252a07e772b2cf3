import AlmanacAPI
import Crypto
import Foundation

/// The tokens that callers may show, as their SHA-256: the tokens themselves are nowhere.
struct TokenTable: Sendable {
    struct Entry: Sendable {
        let access: APIAccess
        /// For logs.
        let name: String
        let digest: [UInt8]
    }

    let entries: [Entry]

    /// Reads lines `read|write|admin NAME SHA256`; empty lines and those after # are skipped.
    ///
    /// - Parameter path: nil for no tokens.
    /// - Throws: with `configuration`, naming file and line.
    static func load(_ path: String?) throws(ServiceFailure) -> TokenTable? {
        guard let path else { return nil }
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else { throw ServiceFailure(.configuration, "\(path): the tokens cannot be read") }
        var entries: [Entry] = []
        for (place, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.isEmpty || words[0].hasPrefix("#") { continue }
            guard words.count == 3, let access = access(of: words[0]), let digest = bytes(words[2])
            else {
                throw ServiceFailure(
                    .configuration,
                    "\(path), line \(place + 1): expected read, write or admin, a name, and a "
                        + "SHA-256 of 64 hexadecimal digits (`almanacd token` makes one)")
            }
            entries.append(Entry(access: access, name: String(words[1]), digest: digest))
        }
        guard !entries.isEmpty else {
            throw ServiceFailure(.configuration, "\(path): has no token")
        }
        return TokenTable(entries: entries)
    }

    private static func access(of word: Substring) -> APIAccess? {
        APIAccess.allCases.first { $0 != .none && $0.word == word }
    }

    private static func bytes(_ hex: Substring) -> [UInt8]? {
        // UInt8 would read a sign, too.
        guard hex.utf8.count == 64, hex.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            return nil
        }
        var bytes: [UInt8] = []
        var rest = hex
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    /// The entry of a token; nil for an unknown one. Takes as long for any token of its length: every
    /// entry is compared, and each to its end.
    func entry(of token: some StringProtocol) -> Entry? {
        let digest = Array(SHA256.hash(data: Data(token.utf8)))
        var found: Entry?
        for entry in entries {
            var difference: UInt8 = 0
            for (left, right) in zip(digest, entry.digest) { difference |= left ^ right }
            if difference == 0 { found = entry }
        }
        return found
    }
}
