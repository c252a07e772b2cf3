/// The inner loops over packed groups. Each checks its bounds once and then runs without checks.
enum PackedKernels {
    /// The 256 low parts of a group, or those of the first `rows` × 8.
    static func unpack(
        _ words: RawSpan, width: Int, rows: Int = 32, into output: inout [Int32], at start: Int
    ) {
        precondition(words.byteCount == 32 * width && (0...32).contains(rows))
        precondition(start >= 0 && start + 256 <= output.count, "the output holds a whole group")
        // Both preconditions keep every row inside the words and inside the output.
        unsafe words.withUnsafeBytes { words in
            unsafe output.withUnsafeMutableBytes { output in
                let target = unsafe output.baseAddress! + 4 * start
                unsafe forEachRow(words.baseAddress, width: width, rows: rows) { row, lows in
                    unsafe target.storeBytes(
                        of: lows, toByteOffset: 32 * row, as: SIMD8<UInt32>.self)
                }
            }
        }
    }

    /// Unpacks a whole group of differences and adds them up: output i = start + Σ (low + reference).
    /// - Returns: the last of them.
    static func unpackPrefix(
        _ words: RawSpan, width: Int, reference: Int32, start: Int32,
        into output: inout [Int32], at position: Int
    ) -> Int32 {
        precondition(words.byteCount == 32 * width)
        precondition(position >= 0 && position + 256 <= output.count)
        let references = SIMD8(repeating: reference)
        var carry = SIMD4(repeating: start)
        // Both preconditions keep every row inside the words and inside the output.
        unsafe words.withUnsafeBytes { words in
            unsafe output.withUnsafeMutableBytes { output in
                let target = unsafe output.baseAddress! + 4 * position
                unsafe forEachRow(words.baseAddress, width: width, rows: 32) { row, lows in
                    let deltas = SIMD8<Int32>(truncatingIfNeeded: lows) &+ references
                    let sums = prefixSums(deltas, &carry)
                    unsafe target.storeBytes(
                        of: sums, toByteOffset: 32 * row, as: SIMD8<Int32>.self)
                }
            }
        }
        return carry[3]
    }

    /// Adds up, in place, the 256 differences at `position`: element i = start + Σ (element + reference).
    /// - Returns: the last of them.
    static func prefix(
        _ output: inout [Int32], at position: Int, reference: Int32, start: Int32
    ) -> Int32 {
        precondition(position >= 0 && position + 256 <= output.count)
        let references = SIMD8(repeating: reference)
        var carry = SIMD4(repeating: start)
        // The precondition keeps all 32 rows inside the output.
        unsafe output.withUnsafeMutableBytes { output in
            let target = unsafe output.baseAddress! + 4 * position
            for row in 0..<32 {
                let deltas = unsafe target.loadUnaligned(
                    fromByteOffset: 32 * row, as: SIMD8<Int32>.self)
                let sums = prefixSums(deltas &+ references, &carry)
                unsafe target.storeBytes(of: sums, toByteOffset: 32 * row, as: SIMD8<Int32>.self)
            }
        }
        return carry[3]
    }

    /// The running sums of a whole group of differences, summed up without being stored.
    /// - Returns: the last of them.
    static func summarizePrefix(
        _ words: RawSpan, width: Int, reference: Int32, start: Int32, into summary: inout SumLanes
    ) -> Int32 {
        precondition(words.byteCount == 32 * width)
        let references = SIMD8(repeating: reference)
        var carry = SIMD4(repeating: start)
        // The precondition keeps every row inside the words.
        unsafe words.withUnsafeBytes { words in
            var lanes = summary
            unsafe forEachRow(words.baseAddress, width: width, rows: 32) { row, lows in
                let deltas = SIMD8<Int32>(truncatingIfNeeded: lows) &+ references
                lanes.add(prefixSums(deltas, &carry))
            }
            summary = lanes
        }
        return carry[3]
    }

    /// The same of the 256 differences at `position`, which were unpacked and patched.
    static func summarizePrefix(
        _ deltas: [Int32], at position: Int, reference: Int32, start: Int32,
        into summary: inout SumLanes
    ) -> Int32 {
        precondition(position >= 0 && position + 256 <= deltas.count)
        let references = SIMD8(repeating: reference)
        var carry = SIMD4(repeating: start)
        // The precondition keeps all 32 rows inside the array.
        unsafe deltas.withUnsafeBytes { deltas in
            var lanes = summary
            let source = unsafe deltas.baseAddress! + 4 * position
            for row in 0..<32 {
                let row = unsafe source.loadUnaligned(
                    fromByteOffset: 32 * row, as: SIMD8<Int32>.self)
                lanes.add(prefixSums(row &+ references, &carry))
            }
            summary = lanes
        }
        return carry[3]
    }

    /// The sum of the first `count` low parts of a group, without storing them.
    static func sum(_ words: RawSpan, width: Int, count: Int) -> UInt64 {
        precondition(words.byteCount == 32 * width && (0...256).contains(count))
        var sum: UInt64 = 0
        let rows = (count + 7) / 8
        // The precondition keeps every row inside the words.
        unsafe words.withUnsafeBytes { words in
            var last = SIMD8<UInt32>()
            if width <= 27 {
                // 32 rows of them stay in 32 bits.
                var lanes = SIMD8<UInt32>()
                unsafe forEachRow(words.baseAddress, width: width, rows: rows) { row, lows in
                    last = lows
                    lanes &+= lows
                }
                sum = SIMD8<UInt64>(truncatingIfNeeded: lanes).wrappedSum()
            } else {
                var lanes = SIMD8<UInt64>()
                unsafe forEachRow(words.baseAddress, width: width, rows: rows) { row, lows in
                    last = lows
                    lanes &+= SIMD8<UInt64>(truncatingIfNeeded: lows)
                }
                sum = lanes.wrappedSum()
            }
            // The last row may reach beyond the count.
            for lane in count - 8 * (rows - 1)..<8 where rows > 0 { sum &-= UInt64(last[lane]) }
        }
        return sum
    }

    /// The low part of one value of a group.
    static func value(_ words: RawSpan, width: Int, at index: Int) -> UInt32 {
        precondition(words.byteCount == 32 * width && (0..<256).contains(index))
        guard width > 0 else { return 0 }
        let bit = (index / 8) * width
        let offset = 32 * (bit / 32) + 4 * (index % 8)
        let shift = UInt32(bit % 32)
        // A stream is `width` words long, so word bit ÷ 32 is inside, and the next one where the
        // value crosses into it.
        var value = unsafe words.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        value = UInt32(littleEndian: value) &>> shift
        if Int(shift) + width > 32 {
            let next = unsafe words.unsafeLoadUnaligned(
                fromByteOffset: offset + 32, as: UInt32.self)
            value |= UInt32(littleEndian: next) &<< (32 - shift)
        }
        return value & mask(width)
    }

    /// Packs the low `width` bits of 256 values behind what `bytes` holds.
    static func pack(
        _ values: [UInt64], at start: Int, width: Int, appendingTo bytes: inout [UInt8]
    ) {
        precondition(start >= 0 && start + 256 <= values.count && (0...32).contains(width))
        guard width > 0 else { return }
        let offset = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: 32 * width))
        // The precondition keeps the reads, the append keeps the stores inside their arrays.
        unsafe values.withUnsafeBufferPointer { values in
            unsafe bytes.withUnsafeMutableBytes { bytes in
                let target = unsafe bytes.baseAddress! + offset
                let source = unsafe values.baseAddress! + start
                unsafe packRows(source, width: width, into: target)
            }
        }
    }

    private static func packRows(
        _ source: UnsafePointer<UInt64>, width: Int, into target: UnsafeMutableRawPointer
    ) {
        let lowBits = SIMD8(repeating: mask(width))
        var word = SIMD8<UInt32>()
        var filled = 0
        var next = 0
        for row in 0..<32 {
            var lows = SIMD8<UInt32>()
            for lane in 0..<8 {
                lows[lane] = unsafe UInt32(truncatingIfNeeded: source[8 * row + lane])
            }
            lows &= lowBits
            word |= lows &<< UInt32(filled)
            filled += width
            guard filled >= 32 else { continue }
            unsafe target.storeBytes(of: word, toByteOffset: next, as: SIMD8<UInt32>.self)
            next += 32
            filled -= 32
            word = filled == 0 ? SIMD8() : lows &>> UInt32(width - filled)
        }
    }

    @inline(__always)
    private static func mask(_ width: Int) -> UInt32 {
        width == 32 ? .max : (1 << UInt32(width)) - 1
    }

    /// Calls `body` with the low parts of each row. `words` holds `width` × 32 bytes.
    @inline(__always)
    private static func forEachRow(
        _ words: UnsafeRawPointer?, width: Int, rows: Int, _ body: (Int, SIMD8<UInt32>) -> Void
    ) {
        guard width > 0, rows > 0, let words = unsafe words else {
            for row in 0..<rows { body(row, SIMD8()) }
            return
        }
        let lowBits = SIMD8(repeating: mask(width))
        let step = UInt32(width)
        let end = unsafe words + 32 * width
        var next = unsafe words + 32
        var current = unsafe words.loadUnaligned(as: SIMD8<UInt32>.self)
        var shift: UInt32 = 0
        for row in 0..<rows {
            var lows = current &>> shift
            shift &+= step
            if shift >= 32 {
                shift &-= 32
                if unsafe next < end {
                    current = unsafe next.loadUnaligned(as: SIMD8<UInt32>.self)
                    unsafe next += 32
                    // Where the row ended with its word, `shift` is 0 and nothing is to be added:
                    // a shift by the whole width must not wrap to one by nothing.
                    if shift > 0 { lows |= current &<< (step &- shift) }
                }
            }
            body(row, lows & lowBits)
        }
    }

    /// Running sums of eight lanes and of all before; the last lane of `carry` is what came before.
    @inline(__always)
    private static func prefixSums(
        _ deltas: SIMD8<Int32>, _ carry: inout SIMD4<Int32>
    ) -> SIMD8<Int32> {
        let low = prefixSums(deltas.lowHalf)
        let high = prefixSums(deltas.highHalf) &+ SIMD4(repeating: low[3])
        let before = SIMD4(repeating: carry[3])
        carry = high &+ before
        return SIMD8(lowHalf: low &+ before, highHalf: carry)
    }

    @inline(__always)
    private static func prefixSums(_ x: SIMD4<Int32>) -> SIMD4<Int32> {
        let once = x &+ SIMD4(0, x[0], x[1], x[2])
        return once &+ SIMD4(0, 0, once[0], once[1])
    }
}
