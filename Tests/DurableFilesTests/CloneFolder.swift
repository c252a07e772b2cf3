import Foundation

/// A small file system of its own in a file, on which files can be cloned.
///
/// Needs root, loop devices and the tools that make file systems; a machine without them skips the
/// tests that use it.
enum CloneFolder {
    static let commands = [
        "mkfs.btrfs -q -f", "mkfs.xfs -q -f -m reflink=1",
    ].filter { form in
        let tool = String(form.prefix { $0 != " " })
        return FileManager.default.isExecutableFile(atPath: "/usr/sbin/" + tool)
    }

    static var isAvailable: Bool {
        guard getuid() == 0, !commands.isEmpty else { return false }
        return (try? withMount(commands[0]) { _ in }) != nil
    }

    /// Lends a folder on a fresh file system.
    static func withMount(_ form: String, _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/almanac-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/mount", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try run("truncate -s 320M '\(folder)/image' && \(form) '\(folder)/image'")
        try run("mount -o loop '\(folder)/image' '\(folder)/mount'")
        defer { try? run("umount -l '\(folder)/mount'") }
        try body(folder + "/mount")
    }

    private static func run(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CocoaError(.featureUnsupported)
        }
    }
}
