import AlmanacAPI
import ArgumentParser
import Crypto
import Foundation

/// Makes a token and its line for the file of tokens.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes a token: its line for http_tokens_file, and the token itself.",
        discussion: """
            The line goes to standard output, the token to standard error, once: it is not kept.

            Example:
              almanacd token read grafana >> tokens
            """)

    @Argument(help: "read, write (and read), or admin (and write).")
    var access: String

    @Argument(help: "The name in logs, without spaces.")
    var name: String

    func validate() throws {
        guard APIAccess.allCases.contains(where: { $0 != .none && $0.word == access }) else {
            throw ValidationError("\"\(access)\" found, read, write or admin expected.")
        }
        guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
            throw ValidationError("a name without spaces expected.")
        }
    }

    func run() throws {
        let token = unsafe SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            unsafe bytes.map { String(format: "%02x", $0) }.joined()
        }
        let digest = SHA256.hash(data: Data(token.utf8))
            .map { String(format: "%02x", $0) }.joined()
        FileOutput.standardOutput.write("\(access) \(name) \(digest)\n")
        FileOutput.standardError.write("the token, which is shown once: \(token)\n")
    }
}
