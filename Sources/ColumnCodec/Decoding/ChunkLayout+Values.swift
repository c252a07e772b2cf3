extension ChunkLayout {
    /// Decodes the values of a frame, and keeps the integers behind them in the buffer.
    func decodeValues(_ column: RawSpan, into buffer: inout FrameBuffer) throws(CodecError) {
        var reader = ByteReader(column)
        let count = buffer.count
        switch values {
        case .constant(let bits):
            for i in 0..<count { buffer.values[i] = Double(bitPattern: bits) }
        case .scaledDelta(let form, let reference):
            let first = try reader.svarint()
            try buffer.integers.unpack(
                &reader, count: count, reference: reference, .delta(first: first))
            try buffer.convert(form, &reader)
        case .scaled(let form, let reference):
            try buffer.integers.unpack(&reader, count: count, reference: reference, .plain)
            try buffer.convert(form, &reader)
        case .scaledVarints(let form):
            try buffer.readVarintDeltas(&reader)
            try buffer.convert(form, &reader)
        case .runs(let form):
            try buffer.readRuns(&reader, form)
        case .rank(let form, let table, let reference):
            try buffer.readRanks(&reader, table, reference)
            try buffer.convert(form, &reader)
        case .float32(let reference): try buffer.readOrderedFloats(&reader, reference)
        case .ratio(let form, let divisor, let reference):
            try buffer.readRatios(&reader, form, divisor, reference)
        case .raw64: for i in 0..<count { buffer.values[i] = try reader.f64() }
        case .raw32:
            for i in 0..<count {
                buffer.values[i] = Double(Float(bitPattern: try reader.u32()))
            }
        }
        try reader.expectEnd("values")
    }
}

extension FrameBuffer {
    /// Makes values of the integers, then puts the exceptions in.
    fileprivate mutating func convert(
        _ form: ScaledForm, _ reader: inout ByteReader
    ) throws(CodecError) {
        if integers.form == .narrow {
            IntegerKernels.convert(integers.narrow, form, into: &values)
        } else {
            guard IntegerKernels.areWithin(ScaledForm.integerMax, integers.wide, count: count)
            else { throw .malformed("integer: found one beyond 2^49") }
            IntegerKernels.convert(integers.wide, form, into: &values)
        }
        if form.hasExceptions { try readExceptions(&reader) }
    }

    /// varint count, then per exception u16 position, u64 bits.
    private mutating func readExceptions(_ reader: inout ByteReader) throws(CodecError) {
        var position = -1
        for _ in 0..<(try reader.varint(upTo: count, "exceptions")) {
            let next = Int(try reader.u16())
            guard next > position, next < count else {
                throw .malformed("exception: found \(next), expected \(position + 1)..<\(count)")
            }
            position = next
            values[position] = try reader.f64()
            exceptionPositions.append(position)
        }
    }

    /// svarint first k, then svarint differences.
    fileprivate mutating func readVarintDeltas(_ reader: inout ByteReader) throws(CodecError) {
        integers.make(count: count, within: .max)
        var k = try reader.svarint()
        integers.set(0, k)
        for i in 1..<max(count, 1) {
            k &+= try reader.svarint()
            integers.set(i, k)
        }
    }

    /// Runs of k, each divided once, then exceptions.
    fileprivate mutating func readRuns(
        _ reader: inout ByteReader, _ form: ScaledForm
    ) throws(CodecError) {
        try runs.read(&reader, count: count)
        guard runs.areWithinBounds else { throw .malformed("integer: found one beyond 2^49") }
        integers.make(count: count, within: runs.greatestMagnitude)
        let divisor = form.divisor
        var position = 0
        for index in 0..<runs.count {
            let run = runs.span[index]
            let quotient = Double(run.value) / divisor
            let value = form.isFloat ? Double(Float(quotient)) : quotient
            integers.fill(position..<run.end, run.value)
            IntegerKernels.fill(&values, position..<run.end, value)
            position = run.end
        }
        if form.hasExceptions { try readExceptions(&reader) }
    }

    /// varint first rank, packed differences of ranks.
    fileprivate mutating func readRanks(
        _ reader: inout ByteReader, _ table: [Int64], _ reference: Int64
    ) throws(CodecError) {
        let first = Int64(try reader.varint(upTo: table.count - 1, "first rank"))
        try integers.unpack(&reader, count: count, reference: reference, .delta(first: first))
        try integers.look(up: table, count: count)
    }

    /// svarint first, packed differences of the floats' places in their order.
    fileprivate mutating func readOrderedFloats(
        _ reader: inout ByteReader, _ reference: Int64
    ) throws(CodecError) {
        let first = try reader.svarint()
        try integers.unpack(&reader, count: count, reference: reference, .delta(first: first))
        for i in 0..<count {
            guard let order = Int32(exactly: integers[i]) else {
                throw .malformed("float: found order \(integers[i]), expected 32 bits")
            }
            values[i] = Double(Float(order: order))
        }
        // The integers are orders, not decimals: nobody may add them up.
        integers.clear()
    }

    /// svarint first k, packed differences of k, packed zigzag ulps, exceptions.
    fileprivate mutating func readRatios(
        _ reader: inout ByteReader, _ form: ScaledForm, _ divisor: Double, _ reference: Int64
    ) throws(CodecError) {
        let first = try reader.svarint()
        try integers.unpack(&reader, count: count, reference: reference, .delta(first: first))
        try secondary.unpack(&reader, count: count, reference: 0, .plain)
        for i in 0..<count {
            let k = integers[i]
            try ScaledForm.check(k)
            let ulp = Int64(zigzag: UInt64(bitPattern: secondary[i]))
            values[i] = form.ratio(k, divisor, ulp: ulp)
        }
        if form.hasExceptions { try readExceptions(&reader) }
        integers.clear()
    }
}

extension Float {
    /// The float at a place in the numerical order of all floats: −0 at −1, +0 at 0.
    init(order: Int32) {
        self.init(bitPattern: order >= 0 ? UInt32(order) : UInt32(bitPattern: ~order) | 1 << 31)
    }

    /// Its place in the numerical order of all floats.
    var order: Int32 {
        let bits = Int32(bitPattern: bitPattern)
        return bits >= 0 ? bits : ~(bits & .max)
    }
}
