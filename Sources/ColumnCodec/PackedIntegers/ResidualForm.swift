/// How far behind its slot each time of a jittered grid lies, as written.
enum ResidualForm: Hashable, Sendable {
    case packed
    case mixedRadix(MixedRadix)

    /// Reads the `count` residuals of a frame.
    func unpack(
        _ reader: inout ByteReader, count: Int, into column: inout IntegerColumn
    ) throws(CodecError) {
        switch self {
        case .packed: try column.unpack(&reader, count: count, reference: 0, .plain)
        case .mixedRadix(let radix): try column.unpack(&reader, count: count, radix)
        }
    }

    /// Residual `index` of the `count` of a frame, and leaves the reader behind them.
    func number(
        _ reader: inout ByteReader, count: Int, at index: Int
    ) throws(CodecError) -> Int64 {
        switch self {
        case .packed:
            try PackedLookup.number(&reader, count: count, at: index, reference: 0)
        case .mixedRadix(let radix): try radix.number(&reader, count: count, at: index)
        }
    }

    /// The first and the last residual of a frame, and leaves the reader behind them.
    func ends(
        _ reader: inout ByteReader, count: Int
    ) throws(CodecError) -> (first: Int64, last: Int64) {
        switch self {
        case .packed: return try PackedLookup.ends(&reader, count: count)
        case .mixedRadix(let radix):
            var again = reader
            let first = try radix.number(&again, count: count, at: 0)
            return (first, try radix.number(&reader, count: count, at: count - 1))
        }
    }
}
