/// What the frames of a chunk share about their times.
enum TimeParameters: Sendable {
    case regular(step: Int64)
    case grid(step: Int64)
    /// time = base + slot · step + packed · unit, where packed · unit is below the step, so that
    /// slots in order are times in order.
    case jittered(step: Int64, unit: Int64, base: Int64, ResidualForm)
    case delta(unit: Int64, reference: Int64)
    case varints(unit: Int64)
    case raw
}

/// What the frames of a chunk share about their values.
enum ValueParameters: Sendable {
    case constant(UInt64)
    case scaledDelta(ScaledForm, reference: Int64)
    case scaled(ScaledForm, reference: Int64)
    case scaledVarints(ScaledForm)
    case runs(ScaledForm)
    case rank(ScaledForm, table: [Int64], reference: Int64)
    case float32(reference: Int64)
    /// The divisor is m · 10^e.
    case ratio(ScaledForm, divisor: Double, reference: Int64)
    case raw64
    case raw32

    /// The form of codecs whose sum is made of integers: those that hold decimals as they are.
    var exactForm: ScaledForm? {
        switch self {
        case .scaledDelta(let form, _), .scaled(let form, _), .scaledVarints(let form),
            .runs(let form), .rank(let form, _, _):
            form.isFloat ? nil : form
        default: nil
        }
    }
}

/// What the frames of a chunk share about their qualities.
enum QualityParameters: Sendable {
    case uniform(UInt8)
    case runs
    case raw
}

extension TimeParameters {
    /// ```
    /// 1, 2      varint step
    /// 3, 4      varint step, varint unit, svarint least residual; 4 also u8 width, u8 base
    /// 5         varint unit, varint reference
    /// 6         varint unit
    /// ```
    init(
        _ codec: TimeCodec, from reader: inout ByteReader, count: Int, firstTime: Int64
    ) throws(CodecError) {
        switch codec {
        case .regular:
            let step = try reader.duration(atLeast: count > 1 ? 1 : 0, "step")
            self = .regular(step: step)
        case .grid: self = .grid(step: try reader.duration(atLeast: 1, "step"))
        case .jitteredGrid, .jitteredGridMixedRadix:
            let step = try reader.duration(atLeast: 1, "step")
            let unit = try reader.duration(atLeast: 1, "unit")
            let least = try reader.svarint()
            // The first sample lies in slot 0 at residual 0, so the least is not above it, and no
            // residual is a step away from another.
            guard least <= 0, least > -step, unit <= step, (-least).fits(unit, below: step) else {
                throw .malformed("least residual: found \(least), expected 0 or one step less")
            }
            let form: ResidualForm =
                codec == .jitteredGrid ? .packed : .mixedRadix(try reader.mixedRadix())
            self = .jittered(step: step, unit: unit, base: firstTime + least * unit, form)
        case .delta:
            self = .delta(
                unit: try reader.duration(atLeast: 1, "unit"),
                reference: try reader.duration(atLeast: 0, "reference"))
        case .deltaVarints: self = .varints(unit: try reader.duration(atLeast: 1, "unit"))
        case .raw: self = .raw
        }
    }
}

extension ValueParameters {
    /// ```
    /// 1         u64 bits
    /// 2, 3      form byte, svarint reference
    /// 4, 5      form byte
    /// 6         form byte, varint n, svarint least k, n − 1 varint differences, svarint reference
    /// 7         svarint reference
    /// 8         form byte, u8 m, svarint reference
    /// ```
    init(
        _ codec: ValueCodec, from reader: inout ByteReader, count: Int
    ) throws(CodecError) {
        switch codec {
        case .constant: self = .constant(try reader.u64())
        case .scaledDelta:
            self = .scaledDelta(try reader.form(), reference: try reader.svarint())
        case .scaled: self = .scaled(try reader.form(), reference: try reader.svarint())
        case .scaledVarints: self = .scaledVarints(try reader.form())
        case .runs: self = .runs(try reader.form())
        case .rank:
            let form = try reader.form()
            let table = try ValueParameters.table(from: &reader, count: count)
            self = .rank(form, table: table, reference: try reader.svarint())
        case .float32: self = .float32(reference: try reader.svarint())
        case .ratio:
            let form = try reader.form()
            let m = try reader.u8()
            guard (1...12).contains(m) else {
                throw .malformed("divisor: found \(m), expected 1...12")
            }
            self = .ratio(
                form, divisor: Double(m) * form.divisor, reference: try reader.svarint())
        case .raw64: self = .raw64
        case .raw32: self = .raw32
        }
    }

    private static func table(
        from reader: inout ByteReader, count: Int
    ) throws(CodecError) -> [Int64] {
        let size = try reader.varint(upTo: count, "table size")
        guard size > 0 else { throw .malformed("table size: found 0, expected at least 1") }
        // Each further entry takes a byte at least: no more is allocated than is there.
        guard size - 1 <= reader.remaining else { throw .truncated }
        var table: [Int64] = []
        table.reserveCapacity(size)
        var k = try reader.svarint()
        try ScaledForm.check(k)
        table.append(k)
        for _ in 1..<size {
            let step = try reader.varint(upTo: Int(2 * ScaledForm.integerMax), "table step")
            guard step > 0 else { throw .malformed("table step: found 0, expected ascending") }
            k += Int64(step)
            try ScaledForm.check(k)
            table.append(k)
        }
        return table
    }
}

extension QualityParameters {
    init(_ codec: QualityCodec, from reader: inout ByteReader) throws(CodecError) {
        switch codec {
        case .uniform: self = .uniform(try reader.u8())
        case .runs: self = .runs
        case .raw: self = .raw
        }
    }
}

extension ScaledForm {
    /// Refuses integers that no encoder writes.
    static func check(_ k: Int64) throws(CodecError) {
        guard k >= -integerMax, k <= integerMax else {
            throw .malformed("integer: found \(k), expected within 2^49")
        }
    }
}

extension ByteReader {
    /// A span of time or a number of units of it.
    fileprivate mutating func duration(
        atLeast least: Int64, _ name: StaticString
    ) throws(CodecError) -> Int64 {
        let value = Int64(try varint(upTo: Int(ChunkLayout.durationMax), name))
        guard value >= least else {
            throw .malformed("\(name): found \(value), expected at least \(least)")
        }
        return value
    }

    fileprivate mutating func mixedRadix() throws(CodecError) -> MixedRadix {
        let width = Int(try u8())
        return try MixedRadix(width: width, base: Int(try u8()))
    }

    fileprivate mutating func form() throws(CodecError) -> ScaledForm {
        try ScaledForm(byte: try u8())
    }
}

extension Int64 {
    /// Whether `self` · `unit` stays below `bound`; all three are not negative.
    func fits(_ unit: Int64, below bound: Int64) -> Bool {
        let product = multipliedReportingOverflow(by: unit)
        return !product.overflow && product.partialValue < bound
    }
}
