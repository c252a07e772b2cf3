extension ChunkLayout {
    /// What one step of the integers behind the values amounts to, 1 / `divisor`; `nil` where
    /// values are not exact decimals.
    public var divisor: Double? { exactForm?.divisor }

    /// Whether the integers of any samples of the chunk add up to less than 2^53, so that their sum
    /// is the sum of the part whatever else is known.
    public func sumsStayExact(_ statistics: ChunkStatistics) -> Bool {
        guard let divisor else { return false }
        let size = max(statistics.minimum.magnitude, statistics.maximum.magnitude)
        // Half of it leaves room for the rounding of this product.
        return size * divisor * Double(count) < Double(1 << 52)
    }

    /// Sums up a frame between ascending bounds without making values, and times only as far as
    /// bounds fall into the frame.
    ///
    /// - Parameters:
    ///   - frame: its number in the chunk.
    ///   - bytes: exactly the frame's bytes, ``bytes(ofFrame:)`` of the body.
    ///   - lastTime: the time of the chunk's last sample.
    ///   - bounds: where buckets begin and end, ascending, two or more.
    ///   - parts: gets the parts; its bucket does not lie behind the frame's first time.
    ///   - buffer: memory for what must be decoded.
    /// - Returns: whether the frame is of that kind: decimals, all of one usable quality, without
    ///   exceptions, of 32 bits. If not, decode it.
    public func sumUp(
        frame: Int, from bytes: RawSpan, lastTime: Int64, between bounds: [Int64],
        into parts: inout IntegerParts, using buffer: inout FrameBuffer
    ) throws(CodecError) -> Bool {
        precondition(bounds.count > 1, "a bucket has two bounds")
        let entry = frames[frame]
        guard bytes.byteCount == entry.byteCount else {
            throw .malformed("frame: found \(bytes.byteCount) bytes, expected \(entry.byteCount)")
        }
        guard let form = exactForm else { return false }
        var reader = ByteReader(bytes)
        let times = try reader.take(entry.times.byteCount)
        let values = try reader.take(entry.values.byteCount)
        let qualities = try reader.take(entry.qualities.byteCount)
        let count = samples(ofFrame: frame).count
        guard let quality = try usableQuality(qualities, entry.qualities, count) else {
            return false
        }
        parts.quality = quality
        // LZ4 unpacks into memory of the buffer, which is taken out of it while it is read.
        var unpacked: [UInt8] = []
        swap(&unpacked, &buffer.unpacked)
        defer { swap(&unpacked, &buffer.unpacked) }
        if isInOneBucket(frame, lastTime, bounds, &parts.bucket) {
            let integers = try expanding(values, entry.values, &unpacked) {
                column throws(CodecError) in
                try buffer.summarize(column, self.values, form, count)
            }
            guard let integers else { return false }
            guard
                let span = try expanding(
                    times, entry.times, &unpacked,
                    { column throws(CodecError) in
                        try span(frame, column, count, &buffer)
                    })
            else { return false }
            parts.set(
                IntegerPart(
                    bucket: parts.bucket, count: count, integers, firstTime: span.first,
                    lastTime: span.last))
            return true
        }
        let hasTimes = try expanding(times, entry.times, &unpacked) { column throws(CodecError) in
            try readClock(column, frame, into: &buffer)
        }
        guard hasTimes else { return false }
        let isInteger = try expanding(values, entry.values, &unpacked) {
            column throws(CodecError) in
            try buffer.readIntegers(column, self.values, form, count)
        }
        guard isInteger else { return false }
        buffer.split(count, bounds, into: &parts)
        return true
    }

    /// Whether a frame lies whole in one bucket, which `bucket` then is.
    private func isInOneBucket(
        _ frame: Int, _ lastTime: Int64, _ bounds: [Int64], _ bucket: inout Int
    ) -> Bool {
        let first = firstTime(ofFrame: frame)
        let last = frame + 1 < frames.count ? firstTime(ofFrame: frame + 1) - 1 : lastTime
        guard first >= bounds[0] else { return false }
        let found = IntegerParts.bucket(of: first, bounds.span, from: bucket)
        guard last < bounds[found + 1] else { return false }
        bucket = found
        return true
    }

    /// The one quality of a frame, where it has one and that is usable.
    private func usableQuality(
        _ bytes: RawSpan, _ column: Column, _ count: Int
    ) throws(CodecError) -> UInt8? {
        var found: UInt8
        switch qualities {
        case .uniform(let quality): found = quality
        case .raw: return nil
        case .runs:
            guard !column.isLZ4 else { return nil }
            var reader = ByteReader(bytes)
            guard try reader.varint() == 1 else { return nil }
            found = try reader.u8()
            guard try reader.varint() == UInt64(count), reader.remaining == 0 else { return nil }
        }
        return found & ChunkStatistics.badQualityFlags == 0 ? found : nil
    }

    /// First and last time of a frame.
    private func span(
        _ frame: Int, _ column: RawSpan, _ count: Int, _ buffer: inout FrameBuffer
    ) throws(CodecError) -> (first: Int64, last: Int64)? {
        if case .regular(let step) = times {
            let start = firstTime(ofFrame: frame)
            return (start, start + Int64(count - 1) * step)
        }
        if case .jittered(let step, let unit, _, let form) = times {
            return try jitteredSpan(frame, column, step, unit, form, &buffer)
        }
        guard try readClock(column, frame, into: &buffer) else { return nil }
        return (buffer.time(at: 0), buffer.time(at: count - 1))
    }
}

extension FrameBuffer {
    /// Sums up a whole frame.
    fileprivate mutating func summarize(
        _ column: RawSpan, _ parameters: ValueParameters, _ form: ScaledForm, _ count: Int
    ) throws(CodecError) -> SumKernels.Integers? {
        if case .scaledDelta(_, let reference) = parameters {
            var reader = ByteReader(column)
            let first = try reader.svarint()
            let sums = try integers.summarize(
                &reader, count: count, reference: reference, first: first)
            guard let sums, try reader.hasNoException(form) else { return nil }
            try reader.expectEnd("values")
            return sums
        }
        guard try readIntegers(column, parameters, form, count) else { return nil }
        return runs.isEmpty
            ? SumKernels.summarize(integers.narrow.span, 0..<count, within: integers.reach)
            : runs.summarize()
    }

    /// Reads the integers behind the values, or runs of them.
    /// - Returns: whether there is nothing but narrow integers.
    fileprivate mutating func readIntegers(
        _ column: RawSpan, _ parameters: ValueParameters, _ form: ScaledForm, _ count: Int
    ) throws(CodecError) -> Bool {
        var reader = ByteReader(column)
        runs.clear()
        switch parameters {
        case .scaledDelta(_, let reference):
            let first = try reader.svarint()
            try integers.unpack(
                &reader, count: count, reference: reference, .delta(first: first))
        case .scaled(_, let reference):
            try integers.unpack(&reader, count: count, reference: reference, .plain)
        case .runs:
            try runs.read(&reader, count: count)
            guard runs.areWithinBounds else { return false }
        case .rank(_, let table, let reference):
            let first = Int64(try reader.varint(upTo: table.count - 1, "first rank"))
            try integers.unpack(
                &reader, count: count, reference: reference, .delta(first: first))
            try integers.look(up: table, count: count)
        default: return false
        }
        guard !runs.isEmpty || integers.form == .narrow, try reader.hasNoException(form) else {
            return false
        }
        try reader.expectEnd("values")
        return true
    }

    func time(at position: Int) -> Int64 {
        guard !clock.isEmpty else { return times[position] }
        var cursor = FrameClock.Cursor(clock)
        return cursor.time(position, secondary.narrow.span)
    }

    /// Cuts a frame whose clock and integers were read at the bounds, and sums the parts up.
    fileprivate mutating func split(
        _ count: Int, _ bounds: [Int64], into parts: inout IntegerParts
    ) {
        if clock.isEmpty {
            var times = DecodedTimes()
            parts.cut(count, at: bounds.span, &times, self.times.span)
        } else if var stretch = clock.onlyPiece {
            parts.cut(count, at: bounds.span, &stretch, secondary.narrow.span)
        } else {
            var cursor = FrameClock.Cursor(clock)
            parts.cut(count, at: bounds.span, &cursor, secondary.narrow.span)
        }
        if runs.isEmpty {
            parts.sum(integers.narrow.span, within: integers.reach)
        } else {
            parts.sum(runs.span)
        }
    }
}

extension ByteReader {
    /// Whether the frame has no exceptions, whose count is read.
    fileprivate mutating func hasNoException(_ form: ScaledForm) throws(CodecError) -> Bool {
        guard form.hasExceptions else { return true }
        return try varint() == 0
    }
}
