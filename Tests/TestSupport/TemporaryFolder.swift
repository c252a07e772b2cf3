import Glibc

/// Runs with a fresh folder of the system, which is removed afterwards.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try makeTemporaryFolder()
    defer { removeTree(folder) }
    return try body(folder)
}

/// The same for a body that waits.
public func awaitingTemporaryFolder<Result>(
    _ body: (String) async throws -> Result
) async throws -> Result {
    let folder = try makeTemporaryFolder()
    defer { removeTree(folder) }
    return try await body(folder)
}

private func makeTemporaryFolder() throws -> String {
    var template = Array("/tmp/almanac-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw TestFailure("mkdtemp: errno \(errno)") }
    return String(cString: made)
}

public struct TestFailure: Error, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
}

public func readAll(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else { throw TestFailure("cannot read \(path)") }
    defer { fclose(file) }
    var text: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&block, 1, block.count, file)
        if count == 0 { return String(decoding: text, as: UTF8.self) }
        text += block[..<count]
    }
}

private func removeTree(_ path: String) {
    guard let folder = opendir(path) else {
        unlink(path)
        return
    }
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { removeTree(path + "/" + name) }
    }
    closedir(folder)
    rmdir(path)
}

/// What a command of the shell prints.
public func output(of command: String) throws -> String {
    guard let pipe = popen(command, "r") else { throw TestFailure("cannot run \(command)") }
    var text: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&block, 1, block.count, pipe)
        if count == 0 { break }
        text += block[..<count]
    }
    guard pclose(pipe) == 0 else { throw TestFailure("failed: \(command)") }
    return String(decoding: text, as: UTF8.self)
}

/// The folder of the sources, from where this file was compiled.
public func repositoryRoot() -> String {
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
}
