import Glibc

/// Where bytes go in order.
protocol ByteSink: AnyObject {
    func write(_ bytes: borrowing [UInt8]) throws(ToolFailure)
    /// Says that nothing follows.
    func finish() throws(ToolFailure)
}

/// A descriptor of the system, for standard output. It is not ours to close.
final class DescriptorSink: ByteSink {
    private let descriptor: Int32
    private let name: String

    init(_ descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// - Throws: ``ToolFailure/closedPipe`` where nobody reads any more, which needs SIGPIPE
    ///   ignored; else with the system's reason.
    func write(_ bytes: borrowing [UInt8]) throws(ToolFailure) {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                // The slice ends where the buffer does, so the system reads what is there.
                unsafe Glibc.write(
                    descriptor, buffer.baseAddress! + start, buffer.count - start)
            }
            if written >= 0 {
                start += written
            } else if errno == EPIPE {
                throw .closedPipe
            } else if errno != EINTR {
                throw ToolFailure(.inputOutput, "\(name): \(SystemText.ofError(errno))")
            }
        }
    }

    func finish() {}
}

/// What the system calls its own failures.
enum SystemText {
    static func ofError(_ number: Int32) -> String {
        // strerror never returns null, and its text is copied before anyone calls it again.
        unsafe String(cString: strerror(number))
    }
}
