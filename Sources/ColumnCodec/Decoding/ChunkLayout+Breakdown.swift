/// What one encoding of one column takes in a chunk's frames.
public struct EncodedPart: Hashable, Sendable {
    public enum Column: String, Sendable, CaseIterable {
        case time, value, quality
    }

    public let column: Column
    /// The codec's name, stable: other programs may compare it.
    public let codec: String
    /// Whether LZ4 lies over the codec.
    public let isLZ4: Bool

    /// `value.scaled_varints+lz4`.
    public var name: String { "\(column.rawValue).\(codec)\(isLZ4 ? "+lz4" : "")" }
}

extension ChunkLayout {
    /// Bytes of the frames by encoding. A codec without bytes in frames is there too, with 0: all
    /// that it says stands in the head.
    ///
    /// Reads the head only; what is not named here of the body is ``headByteCount``.
    public var encodedByteCounts: [EncodedPart: Int] {
        var counts: [EncodedPart: Int] = [:]
        for column in EncodedPart.Column.allCases {
            let codec = codecName(of: column)
            for frame in frames {
                let part = frame[column]
                let key = EncodedPart(column: column, codec: codec, isLZ4: part.isLZ4)
                counts[key, default: 0] += part.byteCount
            }
        }
        return counts
    }

    private func codecName(of column: EncodedPart.Column) -> String {
        // The layout was made from codecs that are known, so every id has a name.
        switch column {
        case .time: TimeCodec(rawValue: timeCodec)?.name ?? String(timeCodec)
        case .value: ValueCodec(rawValue: valueCodec)?.name ?? String(valueCodec)
        case .quality: QualityCodec(rawValue: qualityCodec)?.name ?? String(qualityCodec)
        }
    }
}

extension ChunkLayout.Frame {
    fileprivate subscript(column: EncodedPart.Column) -> ChunkLayout.Column {
        switch column {
        case .time: times
        case .value: values
        case .quality: qualities
        }
    }
}

extension TimeCodec {
    public var name: String {
        switch self {
        case .regular: "regular"
        case .grid: "grid"
        case .jitteredGrid: "jittered_grid"
        case .jitteredGridMixedRadix: "jittered_grid_mixed_radix"
        case .delta: "delta"
        case .deltaVarints: "delta_varints"
        case .raw: "raw"
        }
    }
}

extension ValueCodec {
    public var name: String {
        switch self {
        case .constant: "constant"
        case .scaledDelta: "scaled_delta"
        case .scaled: "scaled"
        case .scaledVarints: "scaled_varints"
        case .runs: "runs"
        case .rank: "rank"
        case .float32: "ordered_float32"
        case .ratio: "ratio"
        case .raw64: "raw_float64"
        case .raw32: "raw_float32"
        }
    }
}

extension QualityCodec {
    public var name: String {
        switch self {
        case .uniform: "uniform"
        case .runs: "runs"
        case .raw: "raw"
        }
    }
}
