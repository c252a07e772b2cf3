import Foundation

/// The git repository of a working tree.
public struct Repository: Sendable {
    /// The top of the working tree.
    public let root: String

    /// - Throws: ``ReportError`` if the folder is in no working tree or there is no git.
    public init(containing folder: String) throws {
        guard
            let top = try Repository.git(["-C", folder, "rev-parse", "--show-toplevel"]),
            !top.isEmpty
        else { throw ReportError("\(folder) is in no git working tree") }
        root = top
    }

    /// The full hash of a commit, or `nil` if the repository has none of this name.
    public func commit(_ name: String) throws -> String? {
        try git("rev-parse", "--verify", "--quiet", "\(name)^{commit}")
    }

    /// True if HEAD is this commit or comes after it: a commit outside of that history is in no
    /// clone.
    public func isInHistory(_ commit: String) throws -> Bool {
        guard try self.commit(commit) != nil else { return false }
        return try git("merge-base", "--is-ancestor", commit, "HEAD") != nil
    }

    /// True if the history ends early: then a commit that is missing proves nothing.
    public var isShallow: Bool {
        get throws { try git("rev-parse", "--is-shallow-repository") == "true" }
    }

    /// Files that differ from HEAD or that git does not know, but for those below `ignored`.
    public func changes(ignoring ignored: [String]) throws -> [String] {
        let excluded = ignored.map { ":(exclude)\($0)" }
        let text = try git(["status", "--porcelain", "--", "."] + excluded)
        guard let text else { throw ReportError("git status failed in \(root)") }
        return text.split(separator: "\n").map(String.init)
    }

    private func git(_ arguments: String...) throws -> String? { try git(arguments) }

    private func git(_ arguments: [String]) throws -> String? {
        try Repository.git(["-C", root] + arguments)
    }

    /// The output of git, without the last line's end; `nil` if it failed.
    private static func git(_ arguments: [String]) throws -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { throw ReportError("git cannot be started: \(error)") }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        var text = String(decoding: data, as: UTF8.self)
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
