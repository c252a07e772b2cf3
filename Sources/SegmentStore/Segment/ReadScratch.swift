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
        let bytes = bytes
        try layout.decode(
            frame: number, from: bytes.rawSpan.extracting(range), columns: columns, into: &frame)
    }

    /// The last sample of a frame at or before a time.
    mutating func sample(
        atOrBefore time: Int64, inFrame number: Int, of layout: ChunkLayout
    ) throws(CodecError) -> DecodedSample? {
        let range = range(ofFrame: number, of: layout)
        // A span of the stored array would borrow all of self while the frame is written.
        let bytes = bytes
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
        var scratch = take()
        do throws(Failure) {
            let result = try body(&scratch)
            give(back: scratch)
            return result
        } catch {
            give(back: scratch)
            throw error
        }
    }

    func take() -> ReadScratch {
        idle.withLock { $0.popLast() } ?? ReadScratch()
    }

    func give(back scratch: consuming ReadScratch) {
        idle.withLock { [scratch] idle in
            if idle.count < ScratchPool.keptCountMax { idle.append(scratch) }
        }
    }
}
