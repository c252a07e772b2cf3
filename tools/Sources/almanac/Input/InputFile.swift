import Glibc

/// A file that is read from its beginning to its end.
final class InputFile {
    private let path: String
    private let descriptor: Int32

    /// - Throws: ``ToolFailure`` with `missing` where there is no such file.
    init(_ path: String) throws(ToolFailure) {
        self.path = path
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputFile.refusal(path, errno) }
    }

    deinit { _ = close(descriptor) }

    /// Up to `byteCountMax` bytes behind those read before; none at the end.
    func read(upTo byteCountMax: Int) throws(ToolFailure) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCountMax) { target, count in
            var result: Int
            repeat {
                result = unsafe Glibc.read(descriptor, target.baseAddress, byteCountMax)
            } while result < 0 && errno == EINTR
            if result < 0 { failure = errno }
            count = max(0, result)
        }
        guard failure == 0 else {
            throw ToolFailure(.inputOutput, "\(path): \(SystemText.ofError(failure))")
        }
        return bytes
    }

    /// - Throws: as opening it would, without opening it: a pipe can be opened once only.
    static func checkReadable(_ path: String) throws(ToolFailure) {
        guard unsafe access(path, R_OK) != 0 else { return }
        throw refusal(path, errno)
    }

    private static func refusal(_ path: String, _ number: Int32) -> ToolFailure {
        ToolFailure(
            number == ENOENT || number == ENOTDIR ? .missing : .inputOutput,
            "\(path): \(SystemText.ofError(number))")
    }

    /// A small file whole; nil where it cannot be read or is longer.
    static func contents(of path: String, byteCountMax: Int) -> [UInt8]? {
        guard let file = try? InputFile(path) else { return nil }
        var bytes: [UInt8] = []
        while bytes.count <= byteCountMax {
            guard let block = try? file.read(upTo: 1 << 16) else { return nil }
            if block.isEmpty { return bytes }
            bytes += block
        }
        return nil
    }
}
