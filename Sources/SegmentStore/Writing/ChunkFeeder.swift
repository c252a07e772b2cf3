import ColumnCodec
import TimeSeriesModel

/// Cuts a stream of one series' samples, in time order, into full chunks.
struct ChunkFeeder {
    private(set) var run: EncodedRun
    private var waiting = SampleColumns()
    private var lastLSN: LSN = 0
    private var hint = ScaleHint()

    init(series: SeriesID) { run = EncodedRun(series: series) }

    /// Whether the next sample begins a chunk, so that a whole chunk may be taken over as it is.
    var isAtChunkStart: Bool { waiting.isEmpty }

    mutating func append(
        _ frame: FrameBuffer, _ positions: Range<Int>, lsn: LSN, using encoder: inout ChunkEncoder
    ) throws(StoreError) {
        waiting.append(contentsOf: frame, positions)
        try drain(lsn, &encoder)
    }

    mutating func append(
        _ columns: SampleColumns, _ range: Range<Int>, lsn: LSN, using encoder: inout ChunkEncoder
    ) throws(StoreError) {
        waiting.append(contentsOf: columns, range)
        try drain(lsn, &encoder)
    }

    /// Takes over a chunk that needs no change. Only at the start of a chunk.
    mutating func append(
        body: RawSpan, count: Int, lsn: LSN, statistics: ChunkStatistics
    ) {
        precondition(isAtChunkStart, "samples that wait come before the chunk")
        run.append(body: body, count: count, lastLSN: lsn, statistics: statistics)
    }

    /// Adds a damaged chunk as it is; the samples before it end their own chunk.
    mutating func append(
        damaged chunk: [UInt8], statistics: ChunkStatistics, using encoder: inout ChunkEncoder
    ) throws(StoreError) {
        try endChunk(&encoder)
        run.append(damaged: chunk, statistics: statistics)
    }

    /// Encodes what is left as a last, smaller chunk.
    mutating func finish(using encoder: inout ChunkEncoder) throws(StoreError) -> EncodedRun {
        try endChunk(&encoder)
        return run
    }

    private mutating func endChunk(_ encoder: inout ChunkEncoder) throws(StoreError) {
        if !waiting.isEmpty { try encode(0..<waiting.count, &encoder) }
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func drain(_ lsn: LSN, _ encoder: inout ChunkEncoder) throws(StoreError) {
        lastLSN = max(lastLSN, lsn)
        let size = ChunkLimits.disk.chunkSampleCountMax
        guard waiting.count >= size else { return }
        var start = 0
        while waiting.count - start >= size {
            try encode(start..<start + size, &encoder)
            start += size
        }
        var rest = SampleColumns()
        rest.append(contentsOf: waiting, start..<waiting.count)
        waiting = rest
    }

    private mutating func encode(
        _ range: Range<Int>, _ encoder: inout ChunkEncoder
    ) throws(StoreError) {
        do throws(CodecError) {
            try run.append(waiting, range, lastLSN: lastLSN, using: &encoder, hint: &hint)
        } catch {
            throw StoreError(.limitExceeded, "a chunk could not be encoded: \(error.text)")
        }
    }
}
