import Testing

@testable import ColumnCodec

/// A chunk that was encoded, and what a test asks of it.
struct ChunkRoundTrip {
    let columns: SampleColumns
    let body: [UInt8]
    let encoded: EncodedChunk
    let layout: ChunkLayout

    init(_ columns: SampleColumns, limits: ChunkLimits = .disk) throws {
        var encoder = ChunkEncoder(limits: limits)
        var hint = ScaleHint()
        var body: [UInt8] = []
        encoded = try encoder.encode(columns, 0..<columns.count, hint: &hint, appendingTo: &body)
        layout = try ChunkLayout(
            parsing: body.rawSpan, bodyByteCount: body.count, count: columns.count,
            firstTime: columns.times[0], limits: limits)
        self.body = body
        self.columns = columns
    }

    var valueCodec: ValueCodec? { ValueCodec(rawValue: encoded.valueCodec) }
    var timeCodec: TimeCodec? { TimeCodec(rawValue: encoded.timeCodec) }
    var qualityCodec: QualityCodec? { QualityCodec(rawValue: encoded.qualityCodec) }

    func frameBytes(_ frame: Int) -> [UInt8] { Array(body[layout.bytes(ofFrame: frame)]) }

    /// All samples, decoded frame by frame into one buffer.
    func decoded() throws -> SampleColumns {
        var columns = SampleColumns()
        var buffer = FrameBuffer()
        for frame in 0..<layout.frameCount {
            let bytes = frameBytes(frame)
            try layout.decode(frame: frame, from: bytes.rawSpan, into: &buffer)
            columns.append(contentsOf: buffer, 0..<buffer.count)
        }
        return columns
    }

    /// Decodes all, and compares bits, sizes and statistics.
    func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(!encoded.storedRaw, "stored raw", sourceLocation: sourceLocation)
        #expect(
            SampleColumns.hasSameBits(try decoded(), columns), "other bits",
            sourceLocation: sourceLocation)
        #expect(encoded.byteCount == body.count, sourceLocation: sourceLocation)
        let parts =
            encoded.timeByteCount + encoded.valueByteCount + encoded.qualityByteCount
            + encoded.overheadByteCount
        #expect(parts == body.count, sourceLocation: sourceLocation)
    }
}

/// Columns for tests: a regular quarter of an hour and good quality, unless told otherwise.
func makeColumns(
    _ values: [Double], times: [Int64]? = nil, qualities: [UInt8]? = nil
) -> SampleColumns {
    var columns = SampleColumns()
    columns.reserve(values.count)
    for i in values.indices {
        columns.append(
            time: times?[i] ?? 1_735_689_600_000 + Int64(i) * 900_000, value: values[i],
            quality: qualities?[i] ?? 0)
    }
    return columns
}
