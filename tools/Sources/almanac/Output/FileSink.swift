import Glibc

/// A file that is written anew: whole under its name, or not at all.
///
/// What is written goes to a file beside it, which takes its place at ``finish()``, durable by then;
/// without that it is removed with the sink. A pipe or a device has no place to take, and is
/// written as it comes.
final class FileSink: ByteSink {
    private let path: String
    /// What is written; nil where it is the path itself, or has its place by now.
    private var fresh: String?
    /// The file whose place is taken, behind all links.
    private let target: String
    private let descriptor: Int32
    private let sink: DescriptorSink

    /// - Throws: ``ToolFailure`` with `missing` where the folder is not there.
    init(_ path: String) throws(ToolFailure) {
        self.path = path
        var status = stat()
        let isThere = unsafe stat(path, &status) == 0
        let isPlain = !isThere || status.st_mode & S_IFMT == S_IFREG
        target = isThere ? FileSink.resolved(path) : path
        let fresh = isPlain ? "\(target).new-\(getpid())" : nil
        descriptor = unsafe open(fresh ?? path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ToolFailure(
                errno == ENOENT || errno == ENOTDIR ? .missing : .inputOutput,
                "\(path): cannot be written: \(SystemText.ofError(errno))")
        }
        self.fresh = fresh
        sink = DescriptorSink(descriptor, name: path)
        // Who may read the old one may read the new one.
        if isThere, isPlain { fchmod(descriptor, status.st_mode & 0o777) }
    }

    deinit {
        _ = close(descriptor)
        if let fresh { _ = unsafe unlink(fresh) }
    }

    func write(_ bytes: borrowing [UInt8]) throws(ToolFailure) { try sink.write(bytes) }

    func finish() throws(ToolFailure) {
        guard let fresh else { return }
        guard fsync(descriptor) == 0, unsafe rename(fresh, target) == 0 else {
            throw ToolFailure(
                .inputOutput, "\(path): cannot be written: \(SystemText.ofError(errno))")
        }
        self.fresh = nil
    }

    private static func resolved(_ path: String) -> String {
        // The system allocates the name, which is copied before it is freed.
        guard let name = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(name) }
        return unsafe String(cString: name)
    }
}
