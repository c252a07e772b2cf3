extension ChunkLayout {
    /// Decodes the times of a frame and checks that they ascend, stay before the next frame and
    /// within their bounds.
    func decodeTimes(
        _ column: RawSpan, _ frame: Int, into buffer: inout FrameBuffer
    ) throws(CodecError) {
        var reader = ByteReader(column)
        let start = firstTime(ofFrame: frame)
        switch times {
        case .regular(let step):
            IntegerKernels.fill(&buffer.times, 0..<buffer.count, start: start, step: step)
            return try reader.expectEnd("times")
        case .grid(let step):
            try decodeGrid(&reader, frame, step: step, start: start, into: &buffer)
            return try reader.expectEnd("times")
        case .jittered(let step, let unit, _, let form):
            // The bound of the frame's slots, not the first time, which lies a residual behind it.
            try decodeGrid(&reader, frame, step: step, start: slotTime(frame), into: &buffer)
            try addResiduals(&reader, step: step, unit: unit, form, into: &buffer)
        case .delta(let unit, let reference):
            try decodeDeltas(&reader, frame, unit, reference, into: &buffer)
        case .varints(let unit): try decodeVarints(&reader, frame, unit, into: &buffer)
        case .raw: try decodeRawTimes(&reader, into: &buffer)
        }
        try reader.expectEnd("times")
        guard buffer.times[0] == start || isBound(frame) else {
            throw .malformed("first time: found \(buffer.times[0]), expected \(start)")
        }
        guard buffer.times[buffer.count - 1] < endTime(ofFrame: frame) else {
            throw .malformed("times: found \(buffer.times[buffer.count - 1]) behind their frame")
        }
    }

    /// Whether the first time of a frame is no more than a bound of it.
    private func isBound(_ frame: Int) -> Bool {
        guard case .jittered = times else { return false }
        return frame > 0
    }

    /// The time of a frame's first slot.
    private func slotTime(_ frame: Int) -> Int64 {
        guard case .jittered(_, _, let base, _) = times else { return firstTime(ofFrame: frame) }
        return frame == 0 ? base : firstTime(ofFrame: frame)
    }

    /// How many slots the samples of a frame may span, first and last included.
    private func slotLimit(_ frame: Int, step: Int64, start: Int64) -> Int64 {
        if frame + 1 < frames.count { return frames[frame + 1].position - frames[frame].position }
        return (timeBounds.upperBound - start) / step + 1
    }

    /// varint gap count, then per gap varint index and varint extra slots.
    private func decodeGrid(
        _ reader: inout ByteReader, _ frame: Int, step: Int64, start: Int64,
        into buffer: inout FrameBuffer
    ) throws(CodecError) {
        try readPieces(&reader, frame, step: step, start: start, into: &buffer)
        buffer.clock.forEachPiece(count: buffer.count) { positions, time, step in
            IntegerKernels.fill(&buffer.times, positions, start: time, step: step)
        }
    }

    /// Reads the gaps of a frame into the buffer's clock.
    private func readPieces(
        _ reader: inout ByteReader, _ frame: Int, step: Int64, unit: Int64 = 0, start: Int64,
        into buffer: inout FrameBuffer
    ) throws(CodecError) {
        let count = samples(ofFrame: frame).count
        // Slots that gaps may take: what is left of the frame's room when each sample has its own.
        var spare = slotLimit(frame, step: step, start: start) - Int64(count)
        guard spare >= 0 else { throw .malformed("times: found more samples than slots") }
        buffer.clock.begin(step: step, unit: unit)
        var time = start
        var position = 0
        for _ in 0..<(try reader.varint(upTo: count - 1, "gaps")) {
            let index = try reader.varint(upTo: count - 1 - position, "gap's index")
            let extra = Int64(try reader.varint(upTo: Int(spare), "gap's slots"))
            guard index > 0, extra > 0 else {
                throw .malformed("gap: found \(extra) slots \(index) samples on")
            }
            buffer.clock.append(position, time)
            position += index
            spare -= extra
            time += (Int64(index) + extra) * step
        }
        buffer.clock.append(position, time)
    }

    /// Makes times of a frame computable, or decodes them where they lie on no grid.
    ///
    /// - Returns: false where residuals take more than 32 bits.
    func readClock(
        _ column: RawSpan, _ frame: Int, into buffer: inout FrameBuffer
    ) throws(CodecError) -> Bool {
        var reader = ByteReader(column)
        let start = firstTime(ofFrame: frame)
        let count = samples(ofFrame: frame).count
        switch times {
        case .regular(let step):
            buffer.clock.begin(step: step)
            buffer.clock.append(0, start)
        case .grid(let step):
            try readPieces(&reader, frame, step: step, start: start, into: &buffer)
        case .jittered(let step, let unit, _, let form):
            try readPieces(
                &reader, frame, step: step, unit: unit, start: slotTime(frame), into: &buffer)
            try form.unpack(&reader, count: count, into: &buffer.secondary)
            let greatest = (step - 1) / unit
            guard buffer.secondary.form == .narrow else { return false }
            guard IntegerKernels.lie(in: 0...greatest, buffer.secondary.narrow, count: count)
            else { throw .malformed("residual: found one outside of 0...\(greatest)") }
        case .delta, .varints, .raw:
            buffer.begin(count: count, .times)
            try decodeTimes(column, frame, into: &buffer)
            buffer.clock.clear()
            return true
        }
        try reader.expectEnd("times")
        guard buffer.time(at: count - 1) < endTime(ofFrame: frame) else {
            throw .malformed("times: found \(buffer.time(at: count - 1)) behind their frame")
        }
        return true
    }

    /// First and last time of a jittered frame; the residuals between them are not unpacked.
    func jitteredSpan(
        _ frame: Int, _ column: RawSpan, _ step: Int64, _ unit: Int64, _ form: ResidualForm,
        _ buffer: inout FrameBuffer
    ) throws(CodecError) -> (first: Int64, last: Int64) {
        var reader = ByteReader(column)
        let count = samples(ofFrame: frame).count
        try readPieces(&reader, frame, step: step, start: slotTime(frame), into: &buffer)
        let residuals = try form.ends(&reader, count: count)
        try reader.expectEnd("times")
        let allowed = 0...(step - 1) / unit
        guard allowed.contains(residuals.first), allowed.contains(residuals.last) else {
            throw .malformed("residual: found one outside of \(allowed)")
        }
        let last = buffer.time(at: count - 1) + residuals.last * unit
        guard last < endTime(ofFrame: frame) else {
            throw .malformed("times: found \(last) behind their frame")
        }
        return (buffer.time(at: 0) + residuals.first * unit, last)
    }

    private func addResiduals(
        _ reader: inout ByteReader, step: Int64, unit: Int64, _ form: ResidualForm,
        into buffer: inout FrameBuffer
    ) throws(CodecError) {
        try form.unpack(&reader, count: buffer.count, into: &buffer.secondary)
        let greatest = (step - 1) / unit
        if buffer.secondary.form == .narrow {
            let fit = IntegerKernels.add(
                buffer.secondary.narrow, times: unit, upTo: greatest, to: &buffer.times)
            guard fit else {
                throw .malformed("residual: found one outside of 0...\(greatest)")
            }
            return
        }
        for i in 0..<buffer.count {
            let residual = buffer.secondary[i]
            guard residual >= 0, residual <= greatest else {
                throw .malformed("residual: found \(residual), expected 0...\(greatest)")
            }
            buffer.times[i] += residual * unit
        }
    }

    private func decodeDeltas(
        _ reader: inout ByteReader, _ frame: Int, _ unit: Int64, _ reference: Int64,
        into buffer: inout FrameBuffer
    ) throws(CodecError) {
        try buffer.secondary.unpack(&reader, count: buffer.count, reference: reference, .plain)
        var time = firstTime(ofFrame: frame)
        var room = (endTime(ofFrame: frame) - 1 - time) / unit
        buffer.times[0] = time
        for i in 1..<max(buffer.count, 1) {
            let delta = buffer.secondary[i]
            guard delta > 0, delta <= room else {
                throw .malformed("difference of times: found \(delta), expected 1...\(room)")
            }
            room -= delta
            time += delta * unit
            buffer.times[i] = time
        }
    }

    private func decodeVarints(
        _ reader: inout ByteReader, _ frame: Int, _ unit: Int64, into buffer: inout FrameBuffer
    ) throws(CodecError) {
        var time = firstTime(ofFrame: frame)
        var room = (endTime(ofFrame: frame) - 1 - time) / unit
        buffer.times[0] = time
        for i in 1..<max(buffer.count, 1) {
            let delta = Int64(try reader.varint(upTo: Int(room), "difference of times"))
            guard delta > 0 else { throw .malformed("difference of times: found 0") }
            room -= delta
            time += delta * unit
            buffer.times[i] = time
        }
    }

    private func decodeRawTimes(
        _ reader: inout ByteReader, into buffer: inout FrameBuffer
    ) throws(CodecError) {
        var last = Int64.min
        for i in 0..<buffer.count {
            let time = try reader.i64()
            guard time > last else { throw .malformed("times: found \(time) after \(last)") }
            buffer.times[i] = time
            last = time
        }
    }
}
