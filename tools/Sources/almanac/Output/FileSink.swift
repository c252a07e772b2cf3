import Glibc

/// A file that is written anew from its beginning.
final class FileSink: ByteSink {
    private let path: String
    private let descriptor: Int32
    private let sink: DescriptorSink

    /// - Throws: ``ToolFailure`` with `missing` where the folder is not there.
    init(_ path: String) throws(ToolFailure) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ToolFailure(
                errno == ENOENT || errno == ENOTDIR ? .missing : .inputOutput,
                "\(path): cannot be written: \(SystemText.ofError(errno))")
        }
        sink = DescriptorSink(descriptor, name: path)
    }

    deinit { _ = close(descriptor) }

    func write(_ bytes: borrowing [UInt8]) throws(ToolFailure) { try sink.write(bytes) }

    func finish() {}
}
