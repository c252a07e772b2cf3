import ColumnCodec
import TimeSeriesModel

/// The index's record of a chunk: its place, its span and its statistics
/// (`docs/format/segment.md`).
///
/// Statistics answer queries without a look at the chunk, so each use of an entry checks its own
/// checksum. The seed contains the series and the ordinal: an intact entry in another place fails.
///
/// ```
/// off  size  field
///   0   8 8  first, last time
///  16   8x5  min, max, sum, first, last value
///  56     8  offset in the file (low 40 bits), chunk length / 8 (high 24 bits)
///  64   2 2  usable count, bad count
///  68   2 2  union of the quality bytes, flags (1 non-finite inside, 2 sum is exact decimal,
///            4 first entry of its series, 8 last entry of its series)
///  72     8  H64 of bytes 0...71, seed fileSalt + series id * 2^32 + ordinal
/// ```
struct IndexEntry: Sendable {
    static let encodedSize = 80
    private static let sealedSize = 72
    static let offsetLimit = 1 << 40
    static let lengthLimit = 1 << 27

    var offset: Int
    /// Header, body and padding.
    var byteCount: Int
    var statistics: ChunkStatistics
    /// Whether the series' entries in this segment begin here.
    var isFirst = false
    /// Whether the series' entries in this segment end here.
    var isLast = false

    var firstTime: Int64 { statistics.firstTime }
    var lastTime: Int64 { statistics.lastTime }
    var count: Int { statistics.usableCount + statistics.badCount }

    init(offset: Int, byteCount: Int, statistics: ChunkStatistics) {
        precondition(
            offset < IndexEntry.offsetLimit && byteCount < IndexEntry.lengthLimit
                && byteCount % 8 == 0, "a chunk lies within 1 TiB and is padded to 8 bytes")
        self.offset = offset
        self.byteCount = byteCount
        self.statistics = statistics
    }

    /// Appends the entry, sealed for its place in the index.
    func append(to bytes: inout [UInt8], seed: UInt64) {
        let start = bytes.count
        bytes.appendLittleEndian(UInt64(bitPattern: statistics.firstTime))
        bytes.appendLittleEndian(UInt64(bitPattern: statistics.lastTime))
        for value in [
            statistics.minimum, statistics.maximum, statistics.sum, statistics.first,
            statistics.last,
        ] {
            bytes.appendLittleEndian(value.bitPattern)
        }
        bytes.appendLittleEndian(UInt64(offset) | UInt64(byteCount / 8) << 40)
        bytes.appendLittleEndian(UInt16(statistics.usableCount))
        bytes.appendLittleEndian(UInt16(statistics.badCount))
        bytes.appendLittleEndian(UInt16(statistics.qualityUnion))
        bytes.appendLittleEndian(
            (statistics.hasNonFinite ? 1 : 0 as UInt16)
                | (statistics.sumIsExactDecimal ? 2 : 0 as UInt16)
                | (isFirst ? 4 : 0 as UInt16) | (isLast ? 8 : 0 as UInt16))
        bytes.appendLittleEndian(
            H64.hash(bytes.rawSpan.extracting(start..<bytes.count), seed: seed))
    }

    /// The seed of an entry's checksum.
    static func seed(salt: UInt64, series: SeriesID, ordinal: Int) -> UInt64 {
        salt &+ UInt64(series.rawValue) << 32 &+ UInt64(ordinal)
    }

    /// Reads the entry at a place of a page.
    ///
    /// - Throws: `malformed` if the entry is not the one that was sealed with `seed`, or describes no
    ///   chunk that can be.
    init(decoding page: RawSpan, at start: Int, seed: UInt64) throws(CodecError) {
        let sealed = try page.bytes(in: start..<start + IndexEntry.sealedSize)
        let hash = try page.loadLittleEndian(UInt64.self, at: start + IndexEntry.sealedSize)
        guard H64.hash(sealed, seed: seed) == hash else {
            throw .malformed("the index entry's checksum does not match its bytes")
        }
        func double(_ offset: Int) throws(CodecError) -> Double {
            Double(bitPattern: try page.loadLittleEndian(UInt64.self, at: start + offset))
        }
        let place = try page.loadLittleEndian(UInt64.self, at: start + 56)
        offset = Int(place & 0xFF_FFFF_FFFF)
        byteCount = Int(place >> 40) * 8
        let flags = try page.loadLittleEndian(UInt16.self, at: start + 70)
        statistics = ChunkStatistics()
        statistics.firstTime = Int64(bitPattern: try page.loadLittleEndian(UInt64.self, at: start))
        statistics.lastTime = Int64(
            bitPattern: try page.loadLittleEndian(UInt64.self, at: start + 8))
        statistics.minimum = try double(16)
        statistics.maximum = try double(24)
        statistics.sum = try double(32)
        statistics.first = try double(40)
        statistics.last = try double(48)
        statistics.usableCount = Int(try page.loadLittleEndian(UInt16.self, at: start + 64))
        statistics.badCount = Int(try page.loadLittleEndian(UInt16.self, at: start + 66))
        statistics.qualityUnion = UInt8(
            truncatingIfNeeded: try page.loadLittleEndian(UInt16.self, at: start + 68))
        // The disk keeps that there are some, not how many: such a chunk is decoded when it matters.
        statistics.hasNonFinite = flags & 1 != 0
        statistics.sumIsExactDecimal = flags & 2 != 0
        isFirst = flags & 4 != 0
        isLast = flags & 8 != 0
        guard firstTime <= lastTime, (1...ChunkLimits.disk.chunkSampleCountMax).contains(count)
        else {
            throw .malformed(
                "the index entry has \(count) samples from \(firstTime) to \(lastTime)")
        }
    }
}
