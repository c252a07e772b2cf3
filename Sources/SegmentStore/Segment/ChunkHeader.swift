import ColumnCodec
import TimeSeriesModel

/// The 40 bytes before a chunk's body (`docs/format/chunk.md`).
///
/// ```
/// off  size  field
///   0     4  magic "CHNK"
///   4     4  body length in bytes
///   8     4  series id
///  12     2  sample count - 1
///  14     1  1 (reserved)
///  15     1  flags (reserved 0)
///  16     8  first time, Int64 ms since 1970 UTC
///  24     8  last LSN that touched it
///  32     8  H64 of bytes 0...31 and the body, seed fileSalt + offset in the file
/// ```
struct ChunkHeader: Equatable, Sendable {
    static let encodedSize = 40
    static let magic: UInt32 = 0x4B4E_4843

    var bodyByteCount: Int
    var series: SeriesID
    var count: Int
    var firstTime: Int64
    var lastLSN: UInt64
    var hash: UInt64 = 0

    /// Header, body and padding to 8 bytes.
    var chunkByteCount: Int { (ChunkHeader.encodedSize + bodyByteCount + 7) & ~7 }

    /// Appends the chunk, sealed for its place in the file.
    func append(body: RawSpan, at offset: Int, salt: UInt64, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.appendLittleEndian(ChunkHeader.magic)
        bytes.appendLittleEndian(UInt32(bodyByteCount))
        bytes.appendLittleEndian(series.rawValue)
        bytes.appendLittleEndian(UInt16(count - 1))
        bytes.append(1)
        bytes.append(0)
        bytes.appendLittleEndian(UInt64(bitPattern: firstTime))
        bytes.appendLittleEndian(lastLSN)
        var hash = H64(seed: salt &+ UInt64(offset))
        hash.update(bytes.rawSpan.extracting(start..<start + 32))
        hash.update(body)
        bytes.appendLittleEndian(hash.finish())
        bytes.append(body)
        bytes.append(contentsOf: repeatElement(0, count: chunkByteCount - (bytes.count - start)))
    }

    /// Reads the header of `chunk`, which may be longer than it. The checksum is not looked at.
    init(decoding chunk: RawSpan) throws(CodecError) {
        guard chunk.byteCount >= ChunkHeader.encodedSize else { throw .truncated }
        let magic = try chunk.loadLittleEndian(UInt32.self, at: 0)
        guard magic == ChunkHeader.magic else {
            throw .malformed("chunk magic \(hex(magic)) instead of \(hex(ChunkHeader.magic))")
        }
        bodyByteCount = Int(try chunk.loadLittleEndian(UInt32.self, at: 4))
        series = SeriesID(rawValue: try chunk.loadLittleEndian(UInt32.self, at: 8))
        count = Int(try chunk.loadLittleEndian(UInt16.self, at: 12)) + 1
        let reserved = try chunk.loadLittleEndian(UInt16.self, at: 14)
        guard reserved == 1 else {
            throw .unsupported("chunk flags \(hex(reserved)) instead of 0x0001")
        }
        firstTime = Int64(bitPattern: try chunk.loadLittleEndian(UInt64.self, at: 16))
        lastLSN = try chunk.loadLittleEndian(UInt64.self, at: 24)
        hash = try chunk.loadLittleEndian(UInt64.self, at: 32)
    }

    init(
        bodyByteCount: Int, series: SeriesID, count: Int, firstTime: Int64, lastLSN: UInt64
    ) {
        self.bodyByteCount = bodyByteCount
        self.series = series
        self.count = count
        self.firstTime = firstTime
        self.lastLSN = lastLSN
    }

    /// Whether the bytes of the whole chunk, found at `offset`, are what was sealed there.
    func isIntact(in chunk: RawSpan, at offset: Int, salt: UInt64) -> Bool {
        guard bodyByteCount <= chunk.byteCount - ChunkHeader.encodedSize else { return false }
        var actual = H64(seed: salt &+ UInt64(offset))
        actual.update(chunk.extracting(0..<32))
        actual.update(chunk.extracting(body))
        return actual.finish() == hash
    }

    /// Where the body stands in the chunk.
    var body: Range<Int> {
        ChunkHeader.encodedSize..<ChunkHeader.encodedSize + bodyByteCount
    }
}

func hex(_ number: some FixedWidthInteger & UnsignedInteger) -> String {
    let digits = String(number, radix: 16)
    let width = number.bitWidth / 4
    return "0x" + String(repeating: "0", count: max(0, width - digits.count)) + digits
}
