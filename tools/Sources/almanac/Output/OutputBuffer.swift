/// Text on its way out, written in large blocks.
///
/// The end of the program does not write what is left: ``finish()`` does.
final class OutputBuffer {
    private static let blockByteCount = 1 << 16

    private let sink: any ByteSink
    private var bytes: [UInt8] = []

    init(_ sink: any ByteSink) {
        self.sink = sink
        bytes.reserveCapacity(OutputBuffer.blockByteCount + 4096)
    }

    /// Standard output.
    static func standard() -> OutputBuffer {
        OutputBuffer(DescriptorSink(1, name: "standard output"))
    }

    func append(_ text: String) throws(ToolFailure) {
        bytes.append(contentsOf: text.utf8)
        try writeIfFull()
    }

    /// Lends the bytes to be appended to: a line or a few at a time.
    func append(_ body: (inout [UInt8]) -> Void) throws(ToolFailure) {
        body(&bytes)
        try writeIfFull()
    }

    func flush() throws(ToolFailure) {
        guard !bytes.isEmpty else { return }
        try sink.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    func finish() throws(ToolFailure) {
        try flush()
        try sink.finish()
    }

    private func writeIfFull() throws(ToolFailure) {
        if bytes.count >= OutputBuffer.blockByteCount { try flush() }
    }
}
