/// The text of a file in blocks, unpacked where the file is gzip by its first bytes.
final class TextSource {
    private static let blockByteCount = 1 << 18

    let path: String
    private let file: InputFile
    /// What was read to look at the first bytes, and not handed out yet.
    private var head: [UInt8]
    private var gzip: GzipSource?

    init(_ path: String) throws(ToolFailure) {
        self.path = path
        file = try InputFile(path)
        head = try file.read(upTo: TextSource.blockByteCount)
        // A pipe may give its first byte alone.
        while head.count == 1 {
            let more = try file.read(upTo: TextSource.blockByteCount)
            if more.isEmpty { break }
            head += more
        }
        if head.starts(with: [0x1F, 0x8B]) { gzip = try GzipSource() }
    }

    /// Appends the next block; false at the end.
    func read(into bytes: inout [UInt8]) throws(ToolFailure) -> Bool {
        guard let gzip else {
            let block = try nextBlock()
            bytes += block
            return !block.isEmpty
        }
        while true {
            if try gzip.unpack(into: &bytes, path: path) { return true }
            let block = try nextBlock()
            if block.isEmpty {
                try gzip.checkEnd(path: path)
                return false
            }
            gzip.feed(block)
        }
    }

    private func nextBlock() throws(ToolFailure) -> [UInt8] {
        guard head.isEmpty else {
            defer { head = [] }
            return head
        }
        return try file.read(upTo: TextSource.blockByteCount)
    }
}
