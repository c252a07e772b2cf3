import ColumnCodec

/// Data that one codec of one column is good for, or is just still chosen for.
struct CodecCase {
    enum Column: String {
        case times, values, qualities
    }

    /// What chunks of the engine hold at most; the codecs for short frames get shorter ones.
    static let chunkSampleCount = 8192
    static let shortChunkSampleCount = 200
    private static let chunkCount = 8

    let column: Column
    /// The codec that the encoder is expected to choose.
    let codec: String
    /// What the data are.
    let data: String
    let chunkSampleCount: Int
    let columns: SampleColumns

    var chunks: [Range<Int>] {
        stride(from: 0, to: columns.count, by: chunkSampleCount).map {
            $0..<min($0 + chunkSampleCount, columns.count)
        }
    }

    init(
        _ codec: TimeCodec, _ data: String, short: Bool = false,
        time: (Int, inout SampleRandom) -> Int64
    ) {
        self.init(.times, "\(codec)", data, short) { index, random in
            (time(index, &random), 21.5, 0)
        }
    }

    init(
        _ codec: ValueCodec, _ data: String, short: Bool = false,
        value: (Int, inout SampleRandom) -> Double
    ) {
        self.init(.values, "\(codec)", data, short) { index, random in
            (Int64(index) * 900_000, value(index, &random), 0)
        }
    }

    init(
        _ codec: QualityCodec, _ data: String, quality: (Int, inout SampleRandom) -> UInt8
    ) {
        self.init(.qualities, "\(codec)", data, false) { index, random in
            (Int64(index) * 900_000, 21.5, quality(index, &random))
        }
    }

    private init(
        _ column: Column, _ codec: String, _ data: String, _ isShort: Bool,
        sample: (Int, inout SampleRandom) -> (Int64, Double, UInt8)
    ) {
        self.column = column
        self.codec = codec
        self.data = data
        chunkSampleCount = isShort ? CodecCase.shortChunkSampleCount : CodecCase.chunkSampleCount
        var random = SampleRandom(seed: 4711)
        var columns = SampleColumns()
        for index in 0..<CodecCase.chunkCount * chunkSampleCount {
            let (time, value, quality) = sample(index, &random)
            columns.append(time: time, value: value, quality: quality)
        }
        self.columns = columns
    }
}
