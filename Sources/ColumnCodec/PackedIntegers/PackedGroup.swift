/// The head of a group of up to 256 packed integers.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | width w, 0…32 |
/// | 1 | 1 | patch count |
/// | 2 | 32 w | low bits, vertical |
/// | | | patches: u8 position, ascending; svarint high |
///
/// Value i of the group lies in row i ÷ 8, lane i mod 8. Each of the 8 lanes is a little-endian
/// stream of 32 rows × w bits, which is w words of 32 bits, and word j of all lanes lies side by
/// side. So eight neighbours are unpacked by one SIMD8 shift, and a row needs no other lane's words.
/// What is packed is value − reference modulo 2^64 = low + high · 2^w; without a patch high is 0.
struct PackedGroup {
    static let valueCountMax = 256
    static let widthMax = 32
    /// Bytes of one word of all lanes, and so of each bit of width.
    static let rowByteCount = 32

    var width: Int
    var patchCount: Int

    static func count(ofValues count: Int) -> Int { (count + 255) / 256 }

    /// Bytes of the low bits, which follow the head.
    var wordByteCount: Int { PackedGroup.rowByteCount * width }

    init(from reader: inout ByteReader) throws(CodecError) {
        width = Int(try reader.u8())
        patchCount = Int(try reader.u8())
        guard width <= PackedGroup.widthMax else {
            throw .malformed("packed width: found \(width), expected at most 32")
        }
    }

    /// The next patch of the group, which must lie behind `position` and before `count`.
    static func nextPatch(
        from reader: inout ByteReader, after position: Int, count: Int
    ) throws(CodecError) -> (position: Int, high: Int64) {
        let next = Int(try reader.u8())
        guard next > position, next < count else {
            throw .malformed("patch: found position \(next), expected \(position + 1)..<\(count)")
        }
        return (next, try reader.svarint())
    }
}
