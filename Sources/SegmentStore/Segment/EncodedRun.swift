import ColumnCodec
import TimeSeriesModel

/// Chunks of one series, encoded and not yet placed in a file.
///
/// Workers make runs side by side; the writer seals each chunk for its offset as it appends it, so
/// the bytes of a file do not depend on how many workers there were.
struct EncodedRun: Sendable {
    struct Chunk: Sendable {
        /// Where the body stands in ``EncodedRun/bytes``.
        var body: Range<Int>
        var count: Int
        var lastLSN: UInt64
        var statistics: ChunkStatistics
        /// True if ``body`` is a whole damaged chunk, which gets no new checksum.
        var isDamaged = false
    }

    let series: SeriesID
    private(set) var bytes: [UInt8] = []
    private(set) var chunks: [Chunk] = []
    private(set) var sampleCount = 0

    init(series: SeriesID) { self.series = series }

    /// Encodes a range of columns as one chunk.
    mutating func append(
        _ columns: SampleColumns, _ range: Range<Int>, lastLSN: UInt64,
        using encoder: inout ChunkEncoder, hint: inout ScaleHint
    ) throws(CodecError) {
        let start = bytes.count
        let encoded = try encoder.encode(columns, range, hint: &hint, appendingTo: &bytes)
        add(start..<bytes.count, range.count, lastLSN, encoded.statistics)
    }

    /// Takes over the body of a chunk that needs no change.
    mutating func append(
        body: RawSpan, count: Int, lastLSN: UInt64, statistics: ChunkStatistics
    ) {
        let start = bytes.count
        bytes.append(body)
        add(start..<bytes.count, count, lastLSN, statistics)
    }

    /// Adds a damaged chunk with its header, to be copied as it is.
    ///
    /// - Parameter statistics: those of its index entry.
    mutating func append(damaged chunk: [UInt8], statistics: ChunkStatistics) {
        let start = bytes.count
        bytes.append(contentsOf: chunk)
        add(
            start..<bytes.count, statistics.usableCount + statistics.badCount, 0, statistics,
            isDamaged: true)
    }

    private mutating func add(
        _ body: Range<Int>, _ count: Int, _ lastLSN: UInt64, _ statistics: ChunkStatistics,
        isDamaged: Bool = false
    ) {
        chunks.append(
            Chunk(
                body: body, count: count, lastLSN: lastLSN, statistics: statistics,
                isDamaged: isDamaged))
        sampleCount += count
    }
}
