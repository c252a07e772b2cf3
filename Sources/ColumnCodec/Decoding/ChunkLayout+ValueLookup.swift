extension ChunkLayout {
    /// The value at a position of a frame with `count` samples.
    func value(at position: Int, of count: Int, _ column: RawSpan) throws(CodecError) -> Double {
        var reader = ByteReader(column)
        switch values {
        case .constant(let bits): return Double(bitPattern: bits)
        case .scaledDelta(let form, let reference):
            let first = try reader.svarint()
            let k = try PackedLookup.number(
                &reader, count: form.count(upTo: position, of: count), at: position,
                reference: reference, first: first)
            return try reader.value(k, form, at: position, of: count)
        case .scaled(let form, let reference):
            let k = try PackedLookup.number(
                &reader, count: form.count(upTo: position, of: count), at: position,
                reference: reference)
            return try reader.value(k, form, at: position, of: count)
        case .scaledVarints(let form):
            let k = try reader.varintDeltas(at: position, of: count)
            return try reader.value(k, form, at: position, of: count)
        case .runs(let form):
            let k = try reader.run(at: position, of: count, form)
            return try reader.value(k, form, at: position, of: count)
        case .rank(let form, let table, let reference):
            let first = Int64(try reader.varint(upTo: table.count - 1, "first rank"))
            let rank = try PackedLookup.number(
                &reader, count: form.count(upTo: position, of: count), at: position,
                reference: reference, first: first)
            guard rank >= 0, rank < table.count else {
                throw .malformed("rank: found \(rank), expected 0..<\(table.count)")
            }
            return try reader.value(table[Int(rank)], form, at: position, of: count)
        case .float32(let reference):
            let first = try reader.svarint()
            let order = try PackedLookup.number(
                &reader, count: count, at: position, reference: reference, first: first)
            guard let order = Int32(exactly: order) else {
                throw .malformed("float: found order \(order), expected 32 bits")
            }
            return Double(Float(order: order))
        case .ratio(let form, let divisor, let reference):
            return try reader.ratio(form, divisor, reference, at: position, of: count)
        case .raw64: return try column.loadLittleEndianDouble(at: 8 * position)
        case .raw32:
            let bits = try column.loadLittleEndian(UInt32.self, at: 4 * position)
            return Double(Float(bitPattern: bits))
        }
    }
}

extension ScaledForm {
    /// How many of `count` packed numbers must be passed to know the one at a position: whole groups,
    /// and all where exceptions stand behind them.
    fileprivate func count(upTo position: Int, of count: Int) -> Int {
        hasExceptions ? count : min(count, (position | 255) + 1)
    }
}

extension ByteReader {
    /// What `k` stands for, unless an exception stands at its position.
    fileprivate mutating func value(
        _ k: Int64, _ form: ScaledForm, at position: Int, of count: Int
    ) throws(CodecError) -> Double {
        if form.hasExceptions, let value = try exception(at: position, of: count) { return value }
        try ScaledForm.check(k)
        return form.value(of: k)
    }

    /// varint count, then per exception u16 position, u64 bits.
    private mutating func exception(at position: Int, of count: Int) throws(CodecError) -> Double? {
        for _ in 0..<(try varint(upTo: count, "exceptions")) {
            let next = Int(try u16())
            let value = try f64()
            if next == position { return value }
        }
        return nil
    }

    /// svarint first k, then svarint differences; all are passed, for what stands behind them.
    fileprivate mutating func varintDeltas(
        at position: Int, of count: Int
    ) throws(CodecError) -> Int64 {
        var k: Int64 = 0
        for i in 0..<count {
            let delta = try svarint()
            if i <= position { k &+= delta }
        }
        return k
    }

    /// varint runs, their svarint differences of k, then their varint lengths. All are passed where
    /// something stands behind them.
    fileprivate mutating func run(
        at position: Int, of count: Int, _ form: ScaledForm
    ) throws(CodecError) -> Int64 {
        let runs = try varint(upTo: count, "runs")
        var differences = self
        try skipVarints(runs)
        var k: Int64 = 0
        var end = 0
        var run = 0
        while end <= position {
            guard run < runs else {
                throw .malformed("runs: found \(end) samples, expected \(count)")
            }
            k &+= try differences.svarint()
            end += try varint(upTo: count - end, "run")
            run += 1
        }
        if form.hasExceptions { try skipVarints(runs - run) }
        return k
    }

    /// svarint first k, packed differences of k, packed zigzag ulps, exceptions.
    fileprivate mutating func ratio(
        _ form: ScaledForm, _ divisor: Double, _ reference: Int64, at position: Int, of count: Int
    ) throws(CodecError) -> Double {
        let first = try svarint()
        let k = try PackedLookup.number(
            &self, count: count, at: position, reference: reference, first: first)
        let zigzag = try PackedLookup.number(&self, count: count, at: position, reference: 0)
        if form.hasExceptions, let value = try exception(at: position, of: count) { return value }
        try ScaledForm.check(k)
        return form.ratio(k, divisor, ulp: Int64(zigzag: UInt64(bitPattern: zigzag)))
    }
}
