import ColumnCodec
import DurableFiles
import Synchronization

/// Buffers of one read, used again by the next: bytes of a chunk and a decoded frame.
struct ReadScratch: Sendable {
    var bytes: [UInt8] = []
    /// Where in its chunk the first of ``bytes`` stands.
    var base = 0
    var frame = FrameBuffer()

    /// Decodes a frame whose bytes lie in the buffer.
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

    /// Sums up a frame between bounds; whether it is of a kind where that works.
    mutating func sumUp(
        frame number: Int, of layout: ChunkLayout, lastTime: Int64, between bounds: [Int64],
        into parts: inout IntegerParts
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

    private func range(ofFrame number: Int, of layout: ChunkLayout) -> Range<Int> {
        let body = layout.bytes(ofFrame: number)
        let shift = ChunkHeader.encodedSize - base
        return body.lowerBound + shift..<body.upperBound + shift
    }
}

/// Lends scratch buffers, so that a read allocates nothing once a few have been made.
final class ScratchPool: Sendable {
    private static let keptCountMax = 16

    private let idle = Guarded<[ReadScratch]>([])

    func withScratch<Result, Failure: Error>(
        _ body: (inout ReadScratch) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var scratch = ReadScratch()
        exchange(&scratch)
        defer { give(back: &scratch) }
        return try body(&scratch)
    }

    func take() -> ReadScratch {
        var scratch = ReadScratch()
        exchange(&scratch)
        return scratch
    }

    func give(back scratch: ReadScratch) {
        var scratch = scratch
        give(back: &scratch)
    }

    /// Swapped, not copied: a scratch has a dozen arrays, each of which would be retained.
    private func exchange(_ scratch: inout ReadScratch) {
        idle.withLock { idle in
            guard !idle.isEmpty else { return }
            swap(&idle[idle.count - 1], &scratch)
            idle.removeLast()
        }
    }

    private func give(back scratch: inout ReadScratch) {
        idle.withLock { idle in
            guard idle.count < ScratchPool.keptCountMax else { return }
            idle.append(ReadScratch())
            swap(&idle[idle.count - 1], &scratch)
        }
    }
}
