import ColumnCodec

/// Encodes and decodes the data of a case: first to compare every bit, then to take the time.
struct CodecMeasurement {
    /// The fastest of them counts, since others use the machine as well.
    private static let repetitions = 25

    /// Names of the codecs that the encoder chose for the column.
    let chosen: Set<String>
    /// Bytes of the column in the frames; parameters and directory are apart.
    let bytesPerValue: Double
    /// Millions of values a second. Encoding is that of a whole chunk, with the choice among all
    /// codecs and the decoding that proves it; the two other columns cost next to nothing.
    let encodedPerSecond: Double
    /// Of the column alone, frame by frame.
    let decodedPerSecond: Double

    init(_ codecCase: CodecCase) throws {
        var encoding = CodecEncoding(codecCase)
        try encoding.run()
        let decoding = try CodecDecoding(codecCase, encoding)
        try decoding.check()
        let count = Double(codecCase.columns.count)
        chosen = Set(encoding.chunks.map { codecCase.column.codec(of: $0) })
        bytesPerValue =
            Double(encoding.chunks.reduce(0) { $0 + codecCase.column.byteCount(of: $1) }) / count
        encodedPerSecond = try CodecMeasurement.fastest(count) { try encoding.run() }
        var buffer = FrameBuffer()
        decodedPerSecond = try CodecMeasurement.fastest(count) {
            try decoding.run(into: &buffer)
        }
    }

    private static func fastest(_ count: Double, _ body: () throws -> Void) throws -> Double {
        let times = try (0..<repetitions).map { _ in try timed(body, then: {}) }
        return count * 1000 / Double(times.min() ?? 1)
    }
}

/// The chunks of a case, encoded one behind the other.
private struct CodecEncoding {
    private let codecCase: CodecCase
    private var encoder = ChunkEncoder()
    private(set) var bytes: [UInt8] = []
    private(set) var chunks: [EncodedChunk] = []

    init(_ codecCase: CodecCase) { self.codecCase = codecCase }

    mutating func run() throws {
        bytes.removeAll(keepingCapacity: true)
        chunks.removeAll(keepingCapacity: true)
        var hint = ScaleHint()
        for chunk in codecCase.chunks {
            chunks.append(
                try encoder.encode(codecCase.columns, chunk, hint: &hint, appendingTo: &bytes))
        }
    }
}

/// The same chunks, parsed and ready to be decoded.
private struct CodecDecoding {
    private let codecCase: CodecCase
    private let chunks: [(layout: ChunkLayout, bytes: [UInt8])]

    init(_ codecCase: CodecCase, _ encoding: CodecEncoding) throws {
        self.codecCase = codecCase
        var offset = 0
        chunks = try zip(codecCase.chunks, encoding.chunks).map { range, chunk in
            let bytes = Array(encoding.bytes[offset..<offset + chunk.byteCount])
            offset += chunk.byteCount
            let layout = try ChunkLayout(
                parsing: bytes.rawSpan, bodyByteCount: bytes.count, count: range.count,
                firstTime: codecCase.columns.times[range.lowerBound])
            return (layout, bytes)
        }
    }

    func run(into buffer: inout FrameBuffer) throws {
        for chunk in chunks {
            for frame in 0..<chunk.layout.frameCount {
                try chunk.layout.decode(
                    frame: frame,
                    from: try chunk.bytes.rawSpan.bytes(in: chunk.layout.bytes(ofFrame: frame)),
                    columns: codecCase.column.frameColumns, into: &buffer)
            }
        }
    }

    /// - Throws: ``WrongAnswer`` where a bit of any column comes back other than it was.
    func check() throws {
        var decoded = SampleColumns()
        var buffer = FrameBuffer()
        for chunk in chunks {
            for frame in 0..<chunk.layout.frameCount {
                try chunk.layout.decode(
                    frame: frame,
                    from: try chunk.bytes.rawSpan.bytes(in: chunk.layout.bytes(ofFrame: frame)),
                    into: &buffer)
                decoded.append(contentsOf: buffer, 0..<buffer.count)
            }
        }
        guard SampleColumns.hasSameBits(decoded, codecCase.columns) else {
            throw WrongAnswer("\(codecCase.codec), \(codecCase.data): other bits came back")
        }
    }
}

extension CodecCase.Column {
    fileprivate var frameColumns: FrameColumns {
        switch self {
        case .times: .times
        case .values: .values
        case .qualities: .qualities
        }
    }

    fileprivate func byteCount(of chunk: EncodedChunk) -> Int {
        switch self {
        case .times: chunk.timeByteCount
        case .values: chunk.valueByteCount
        case .qualities: chunk.qualityByteCount
        }
    }

    fileprivate func codec(of chunk: EncodedChunk) -> String {
        switch self {
        case .times: TimeCodec(rawValue: chunk.timeCodec).map { "\($0)" } ?? "\(chunk.timeCodec)"
        case .values:
            ValueCodec(rawValue: chunk.valueCodec).map { "\($0)" } ?? "\(chunk.valueCodec)"
        case .qualities:
            QualityCodec(rawValue: chunk.qualityCodec).map { "\($0)" } ?? "\(chunk.qualityCodec)"
        }
    }
}
