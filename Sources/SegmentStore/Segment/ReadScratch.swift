import ColumnCodec
import DurableFiles
import Synchronization

/// Buffers of one read, used again by the next: bytes of a chunk and a decoded frame.
struct ReadScratch: Sendable {
    var bytes: [UInt8] = []
    /// Where in its chunk the first of ``bytes`` stands.
    var base = 0
    var frame = FrameBuffer()
    var parts = IntegerParts()

    /// Checks the bytes of a frame in the buffer against the chunk's directory.
    func verify(frame number: Int, of layout: ChunkLayout) throws(CodecError) {
        try layout.verify(
            frame: number, bytes: bytes.rawSpan.bytes(in: range(ofFrame: number, of: layout)))
    }

    /// Decodes a frame whose bytes are in the buffer.
    mutating func decode(
        frame number: Int, of layout: ChunkLayout, columns: FrameColumns = .all
    ) throws(CodecError) {
        let range = range(ofFrame: number, of: layout)
        // A span of the stored array would borrow all of self while the frame is written.
        var bytes: [UInt8] = []
        swap(&bytes, &self.bytes)
        defer { swap(&bytes, &self.bytes) }
        try layout.decode(
            frame: number, from: bytes.rawSpan.extracting(range), columns: columns, into: &frame)
    }

    /// Sums up a frame between bounds into ``parts``; whether it is of a kind where that works.
    mutating func sumUp(
        frame number: Int, of layout: ChunkLayout, lastTime: Int64, between bounds: [Int64]
    ) throws(CodecError) -> Bool {
        let range = range(ofFrame: number, of: layout)
        // A span of the stored array would borrow all of self while the frame is written.
        var bytes: [UInt8] = []
        swap(&bytes, &self.bytes)
        defer { swap(&bytes, &self.bytes) }
        return try layout.sumUp(
            frame: number, from: bytes.rawSpan.extracting(range), lastTime: lastTime,
            between: bounds, into: &parts, using: &frame)
    }

    /// The last sample of a frame at or before a time.
    mutating func sample(
        atOrBefore time: Int64, inFrame number: Int, of layout: ChunkLayout
    ) throws(CodecError) -> DecodedSample? {
        let range = range(ofFrame: number, of: layout)
        // A span of the stored array would borrow all of self while the frame is written.
        var bytes: [UInt8] = []
        swap(&bytes, &self.bytes)
        defer { swap(&bytes, &self.bytes) }
        return try layout.sample(
            atOrBefore: time, inFrame: number, from: bytes.rawSpan.extracting(range), using: &frame)
    }

    func range(ofFrame number: Int, of layout: ChunkLayout) -> Range<Int> {
        let body = layout.bytes(ofFrame: number)
        let shift = ChunkHeader.encodedSize - base
        return body.lowerBound + shift..<body.upperBound + shift
    }
}

/// Lends scratch buffers, so that a read allocates nothing once a few have been made.
final class ScratchPool: Sendable {
    /// Kept as an object: taking it moves a reference and not the dozen arrays inside.
    private final class Box: Sendable {
        let scratch = Guarded(ReadScratch())
    }

    private static let keptCountMax = 16

    private let idle = Guarded<[Box]>([])
    /// Frames that look-ups have read.
    let frames = FrameCache()

    func withScratch<Result: Sendable, Failure: Error>(
        _ body: (inout ReadScratch) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let box = idle.withLock { $0.popLast() } ?? Box()
        defer { give(back: box) }
        return try box.scratch.withLock { (scratch) throws(Failure) in try body(&scratch) }
    }

    func take() -> ReadScratch {
        guard let box = idle.withLock({ $0.popLast() }) else { return ReadScratch() }
        return box.scratch.withLock { scratch in
            var taken = ReadScratch()
            swap(&taken, &scratch)
            return taken
        }
    }

    func give(back scratch: ReadScratch) {
        let box = Box()
        box.scratch.withLock { $0 = scratch }
        give(back: box)
    }

    private func give(back box: Box) {
        idle.withLock { idle in
            if idle.count < ScratchPool.keptCountMax { idle.append(box) }
        }
    }
}
