import CAlmanacLZ4

/// LZ4 blocks, without the frame format around them. The one file that calls liblz4.
public enum LZ4Block {
    /// Appends `bytes` as one block and says how long it is, or `nil` and nothing appended where it
    /// would exceed `byteCountMax`.
    public static func compress(
        _ bytes: RawSpan, appendingTo output: inout [UInt8], byteCountMax: Int
    ) -> Int? {
        guard bytes.byteCount <= Int(LZ4_MAX_INPUT_SIZE), byteCountMax > 0 else { return nil }
        let room = min(byteCountMax, Int(LZ4_compressBound(Int32(bytes.byteCount))))
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: room))
        // Source and destination are passed with their true lengths; liblz4 stays inside both.
        let written = unsafe bytes.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { destination in
                unsafe LZ4_compress_default(
                    source.baseAddress?.assumingMemoryBound(to: CChar.self),
                    destination.baseAddress?.advanced(by: start)
                        .assumingMemoryBound(to: CChar.self),
                    Int32(source.count), Int32(room))
            }
        }
        output.removeLast(room - Int(max(written, 0)))
        return written > 0 ? Int(written) : nil
    }

    /// Writes what the block holds to the front of `output`, which must be exactly
    /// `byteCount` bytes of it or more.
    ///
    /// - Throws: `malformed` where the block is not one, or holds another number of bytes.
    public static func decompress(
        _ block: RawSpan, byteCount: Int, into output: inout [UInt8]
    ) throws(CodecError) {
        precondition(byteCount >= 0 && byteCount <= output.count, "the output holds the block")
        guard block.byteCount <= Int(Int32.max), byteCount <= Int(Int32.max) else {
            throw .limitExceeded("LZ4 block of \(block.byteCount) bytes")
        }
        // Source and destination are passed with their true lengths; liblz4 stays inside both,
        // whatever the block says.
        let written = unsafe block.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { destination in
                unsafe LZ4_decompress_safe(
                    source.baseAddress?.assumingMemoryBound(to: CChar.self),
                    destination.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(source.count), Int32(byteCount))
            }
        }
        guard Int(written) == byteCount else {
            throw .malformed("LZ4 block: found \(written) bytes, expected \(byteCount)")
        }
    }
}
