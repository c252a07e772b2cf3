extension ChunkLayout {
    /// The last sample at or before `time` in a frame, or `nil` where the frame begins later.
    ///
    /// Decodes no more than it must: on a grid the position is computed, values are added up to it
    /// without being stored, quality is found by run.
    ///
    /// - Parameters:
    ///   - time: in milliseconds; any.
    ///   - frame: its number in the chunk.
    ///   - bytes: exactly the frame's bytes, ``bytes(ofFrame:)`` of the body.
    ///   - buffer: memory for what must be decoded; its content is nothing of use afterwards.
    public func sample(
        atOrBefore time: Int64, inFrame frame: Int, from bytes: RawSpan,
        using buffer: inout FrameBuffer
    ) throws(CodecError) -> DecodedSample? {
        // Nothing lies behind the bound, and differences to it do not overflow.
        let time = min(time, timeBounds.upperBound)
        let entry = frames[frame]
        guard bytes.byteCount == entry.byteCount else {
            throw .malformed("frame: found \(bytes.byteCount) bytes, expected \(entry.byteCount)")
        }
        var reader = ByteReader(bytes)
        let times = try reader.take(entry.times.byteCount)
        let values = try reader.take(entry.values.byteCount)
        let qualities = try reader.take(entry.qualities.byteCount)
        let count = samples(ofFrame: frame).count
        // LZ4 unpacks into memory of the buffer, which is taken out of it while it is read.
        var unpacked: [UInt8] = []
        swap(&unpacked, &buffer.unpacked)
        defer { swap(&unpacked, &buffer.unpacked) }
        let place = try expanding(times, entry.times, &unpacked) { column throws(CodecError) in
            try self.place(atOrBefore: time, frame, column, using: &buffer)
        }
        guard let place else { return nil }
        let value = try expanding(values, entry.values, &unpacked) { column throws(CodecError) in
            try self.value(at: place.position, of: count, column)
        }
        let quality = try expanding(
            qualities, entry.qualities, &unpacked
        ) { column throws(CodecError) in
            try self.quality(at: place.position, of: count, column)
        }
        return DecodedSample(time: place.time, value: value, quality: quality)
    }

    /// A position in a frame and its time.
    struct Place {
        var position: Int
        var time: Int64
    }

    private func place(
        atOrBefore time: Int64, _ frame: Int, _ column: RawSpan, using buffer: inout FrameBuffer
    ) throws(CodecError) -> Place? {
        let start = firstTime(ofFrame: frame)
        guard time >= start else { return nil }
        let last = samples(ofFrame: frame).count - 1
        var reader = ByteReader(column)
        switch times {
        case .regular(let step):
            let position = step == 0 ? 0 : min(Int((time - start) / step), last)
            return Place(position: position, time: start + Int64(position) * step)
        case .grid(let step):
            let slot = (time - start) / step
            let at = try SlotPlace(&reader, atOrBefore: slot, count: last + 1)
            return Place(position: at.position, time: try at.time(start, step, 0, timeBounds))
        case .jittered(let step, let unit, let base, let form):
            return try jitteredPlace(
                &reader, time, slotTime: frame == 0 ? base : start, step, unit, form, last + 1)
        case .delta, .varints, .raw:
            buffer.begin(count: last + 1, .times)
            try decodeTimes(column, frame, into: &buffer)
            guard let position = buffer.lastPosition(atOrBefore: time) else { return nil }
            return Place(position: position, time: buffer.times[position])
        }
    }

    private func jitteredPlace(
        _ reader: inout ByteReader, _ time: Int64, slotTime: Int64, _ step: Int64, _ unit: Int64,
        _ form: ResidualForm, _ count: Int
    ) throws(CodecError) -> Place? {
        let slot = max(0, time - slotTime) / step
        var at = try SlotPlace(&reader, atOrBefore: slot, count: count)
        // The sample of the slot may still lie behind the time; then the one before it does not.
        for _ in 0..<2 {
            var residuals = reader
            let residual = try form.number(&residuals, count: count, at: at.position)
            try residuals.expectEnd("times")
            guard residual >= 0, residual.fits(unit, below: step) else {
                throw .malformed("residual: found \(residual), expected less than a step")
            }
            let found = try at.time(slotTime, step, residual * unit, timeBounds)
            if found <= time { return Place(position: at.position, time: found) }
            guard at.position > 0 else { return nil }
            at = at.before
        }
        return nil
    }

    private func quality(
        at position: Int, of count: Int, _ column: RawSpan
    ) throws(CodecError) -> UInt8 {
        var reader = ByteReader(column)
        switch qualities {
        case .uniform(let quality): return quality
        case .raw: return try column.loadLittleEndian(UInt8.self, at: position)
        case .runs:
            var end = 0
            for _ in 0..<(try reader.varint(upTo: count, "quality runs")) {
                let quality = try reader.u8()
                end += try reader.varint(upTo: count - end, "quality run")
                if position < end { return quality }
            }
            throw .malformed("quality runs: found \(end) samples, expected \(count)")
        }
    }
}

/// Where a slot lies among the gaps of a frame.
private struct SlotPlace {
    var position = 0
    /// Slots from the frame's first.
    var slot: Int64 = 0
    /// Slots between this sample and the one before it, where the sample stands behind a gap.
    private var extraBefore: Int64 = 0

    /// The last sample at or before `slot`. Reads all gaps: the reader stands behind them after.
    init(_ reader: inout ByteReader, atOrBefore target: Int64, count: Int) throws(CodecError) {
        var start = 0
        var startSlot: Int64 = 0
        var extra: Int64 = 0
        for _ in 0..<(try reader.varint(upTo: count - 1, "gaps")) {
            let index = try reader.varint(upTo: count - 1 - start, "gap's index")
            let slots = Int64(try reader.varint(upTo: Int(ChunkLayout.durationMax), "gap's slots"))
            take(start, index, startSlot, extra, target)
            start += index
            startSlot = startSlot &+ Int64(index) &+ slots
            extra = slots
        }
        take(start, count - start, startSlot, extra, target)
    }

    /// Takes the last sample at or before the target out of `count` samples without a gap.
    private mutating func take(
        _ start: Int, _ count: Int, _ startSlot: Int64, _ extra: Int64, _ target: Int64
    ) {
        guard count > 0, startSlot <= target, startSlot >= slot else { return }
        let steps = min(target - startSlot, Int64(count - 1))
        position = start + Int(steps)
        slot = startSlot + steps
        extraBefore = steps == 0 ? extra : 0
    }

    /// The sample before; there is one.
    var before: SlotPlace {
        var place = self
        place.position -= 1
        place.slot -= 1 + extraBefore
        return place
    }

    func time(
        _ start: Int64, _ step: Int64, _ residual: Int64, _ bounds: ClosedRange<Int64>
    ) throws(CodecError) -> Int64 {
        let elapsed = slot.multipliedReportingOverflow(by: step)
        let (time, overflow) = start.addingReportingOverflow(elapsed.partialValue)
        guard !elapsed.overflow, !overflow, bounds.contains(time) else {
            throw .malformed("slot: found \(slot), which leaves the bounds of time")
        }
        return time + residual
    }
}

extension FrameBuffer {
    /// The last of the decoded times at or before `time`.
    fileprivate func lastPosition(atOrBefore time: Int64) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if times[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }
}
