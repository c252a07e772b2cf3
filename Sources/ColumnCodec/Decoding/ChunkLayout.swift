/// The head of a chunk body, parsed and checked: codecs, shared parameters, where the frames lie.
///
/// ```
/// u8 time codec, u8 value codec, u8 quality codec, u8 frame count
/// shared parameters of the three codecs
/// per frame: its first time as varint, then per column with bytes varint length × 2 + 1 if LZ4,
///            then u32 checksum of the frame's bytes if it has any
/// frames: time bytes, value bytes, quality bytes
/// ```
/// Immutable and independent of the bytes it was parsed from, so it can be cached and one frame read
/// alone. A frame that was read alone is checked with ``verify(frame:bytes:)``.
public struct ChunkLayout: Sendable {
    public let count: Int
    public let firstTime: Int64
    public let timeCodec: UInt8
    public let valueCodec: UInt8
    public let qualityCodec: UInt8
    /// Bytes of the body before the first frame.
    public let headByteCount: Int

    let limits: ChunkLimits
    let timeBounds: ClosedRange<Int64>
    let times: TimeParameters
    let values: ValueParameters
    let qualities: QualityParameters
    let frames: [Frame]

    /// One entry of the directory.
    struct Frame: Sendable {
        /// Where the frame begins in the body.
        var offset: Int
        /// In the unit of the time codec from the chunk's first time: slots, units or ms.
        var position: Int64
        var times: Column
        var values: Column
        var qualities: Column
        /// ``ChunkLayout/checksum(ofFrame:)`` of the frame's bytes; 0 if it has none.
        var checksum: UInt32 = 0

        var byteCount: Int { times.byteCount + values.byteCount + qualities.byteCount }
    }

    struct Column: Sendable {
        var byteCount = 0
        var isLZ4 = false
    }

    /// Durations and offsets beyond it are refused, so that sums of two cannot overflow.
    static let durationMax: Int64 = 1 << 60
    /// Times that any chunk can have; the caller may ask for less.
    public static let times: ClosedRange<Int64> = -(1 << 59)...(1 << 59)

    public var frameCount: Int { frames.count }

    /// The samples of a frame, counted in the chunk.
    public func samples(ofFrame frame: Int) -> Range<Int> {
        limits.samples(ofFrame: frame, of: count)
    }

    /// The bytes of a frame, counted from the beginning of the body.
    public func bytes(ofFrame frame: Int) -> Range<Int> {
        frames[frame].offset..<frames[frame].offset + frames[frame].byteCount
    }

    /// Checks the bytes of a frame against the checksum in the directory.
    ///
    /// A frame that is read without the rest of its chunk has no other proof that its bytes are
    /// those that were written. Costs one pass of XXH64 over the bytes.
    ///
    /// - Parameters:
    ///   - frame: the frame's number in the chunk.
    ///   - bytes: exactly the frame's bytes, ``bytes(ofFrame:)`` of the body.
    /// - Throws: `malformed` if the bytes are not those that were encoded.
    public func verify(frame: Int, bytes: RawSpan) throws(CodecError) {
        guard bytes.byteCount == frames[frame].byteCount else {
            throw .malformed(
                "frame \(frame): found \(bytes.byteCount) bytes, expected "
                    + "\(frames[frame].byteCount)")
        }
        guard ChunkLayout.checksum(ofFrame: bytes) == frames[frame].checksum else {
            throw .malformed("frame \(frame): the checksum does not match the bytes")
        }
    }

    /// The low half of H64 with seed 0; 0 for a frame without bytes.
    static func checksum(ofFrame bytes: RawSpan) -> UInt32 {
        bytes.byteCount == 0 ? 0 : UInt32(truncatingIfNeeded: H64.hash(bytes, seed: 0))
    }

    public func byteCounts(ofFrame frame: Int) -> ColumnByteCounts {
        ColumnByteCounts(
            times: frames[frame].times.byteCount, values: frames[frame].values.byteCount,
            qualities: frames[frame].qualities.byteCount)
    }

    /// The first time of a frame; on a jittered grid a bound that no sample of the frame lies before
    /// and every sample of the frame before it does.
    public func firstTime(ofFrame frame: Int) -> Int64 {
        if frame == 0 { return firstTime }
        let position = frames[frame].position
        return switch times {
        case .regular(let step), .grid(let step): firstTime + position * step
        case .jittered(let step, _, let base, _): base + position * step
        case .delta(let unit, _), .varints(let unit): firstTime + position * unit
        case .raw: firstTime + position
        }
    }

    /// The last frame that begins at or before `time`: where the last sample at or before it lies.
    ///
    /// On a jittered grid that frame may turn out to begin later; then the sample is the last of
    /// the frame before. `nil`: the chunk begins later.
    public func frame(atOrBefore time: Int64) -> Int? {
        guard time >= firstTime else { return nil }
        if case .regular(let step) = times {
            guard step > 0 else { return 0 }
            let elapsed = min(time, timeBounds.upperBound) - firstTime
            return min(Int(elapsed / step), count - 1) / limits.frameSampleCount
        }
        var low = 0
        var high = frames.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if firstTime(ofFrame: middle) <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// Whether the sum of this chunk's values is made of integers.
    var exactForm: ScaledForm? { values.exactForm }

    /// The time that the samples of a frame lie before.
    func endTime(ofFrame frame: Int) -> Int64 {
        frame + 1 < frames.count ? firstTime(ofFrame: frame + 1) : timeBounds.upperBound + 1
    }
}
