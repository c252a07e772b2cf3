/// One column of a chunk while it is written: shared parameters, then the bytes of each frame.
struct EncodedColumn: Sendable {
    var codec: UInt8 = 0
    var shared: [UInt8] = []
    /// All frames, one behind the other.
    var bytes: [UInt8] = []
    private(set) var frames: [ChunkLayout.Column] = []
    private var frameStart = 0

    /// LZ4 is kept where it saves so many bytes, and one in so many.
    private static let savingMin = 16
    private static let savingFraction = 0.06

    mutating func begin(_ codec: UInt8) {
        self.codec = codec
        shared.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        frameStart = 0
    }

    /// Ends a frame: replaces its bytes by varint raw length and LZ4 block where that is worth it.
    mutating func endFrame(_ scratch: inout [UInt8]) {
        let rawCount = bytes.count - frameStart
        var isLZ4 = false
        let allowed = min(
            rawCount - EncodedColumn.savingMin,
            Int(Double(rawCount) * (1 - EncodedColumn.savingFraction)))
        if allowed > 0 {
            scratch.removeAll(keepingCapacity: true)
            scratch.appendVarint(rawCount)
            let isSmaller = EncodedColumn.compress(
                bytes.span.extracting(frameStart..<bytes.count).rawSpan, to: &scratch, allowed)
            if isSmaller {
                bytes.removeLast(rawCount)
                bytes.append(contentsOf: scratch)
                isLZ4 = true
            }
        }
        endFrame()
        frames[frames.count - 1].isLZ4 = isLZ4
    }

    /// Ends a frame as it is.
    mutating func endFrame() {
        frames.append(ChunkLayout.Column(byteCount: bytes.count - frameStart, isLZ4: false))
        frameStart = bytes.count
    }

    private static func compress(
        _ raw: RawSpan, to scratch: inout [UInt8], _ byteCountMax: Int
    ) -> Bool {
        LZ4Block.compress(
            raw, appendingTo: &scratch, byteCountMax: byteCountMax - scratch.count) != nil
    }

    /// Bytes of the frame that was not ended yet.
    var openFrameByteCount: Int { bytes.count - frameStart }

    /// Bytes in the body, lengths in the directory included.
    var byteCount: Int {
        frames.reduce(shared.count + bytes.count) {
            $0 + UInt64(2 * $1.byteCount).varintByteCount
        }
    }

    /// Appends what the directory says of a frame; nothing where the codec has no bytes per frame.
    func appendLength(ofFrame frame: Int, to body: inout [UInt8]) {
        guard frame < frames.count else { return }
        body.appendVarint(2 * frames[frame].byteCount + (frames[frame].isLZ4 ? 1 : 0))
    }

    func appendFrame(_ frame: Int, to body: inout [UInt8]) {
        guard frame < frames.count else { return }
        let start = frames[..<frame].reduce(0) { $0 + $1.byteCount }
        body.append(contentsOf: bytes[start..<start + frames[frame].byteCount])
    }
}
