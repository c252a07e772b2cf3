extension ChunkLayout {
    /// Parses the head of a body.
    ///
    /// - Parameters:
    ///   - head: the body from its first byte on, or as much of it as the caller has.
    ///   - bodyByteCount: bytes of the whole body, as the chunk header says.
    ///   - count: samples, as the chunk header says.
    ///   - firstTime: of the first sample, as the chunk header says.
    ///   - limits: what is refused as too large.
    ///   - timeBounds: where the times must lie, for chunks that must not leave their year.
    /// - Throws: `truncated` where `head` is too short a part of the body; `unsupported` for codecs
    ///   of a later version; `malformed` for what contradicts itself.
    public init(
        parsing head: RawSpan, bodyByteCount: Int, count: Int, firstTime: Int64,
        limits: ChunkLimits = .disk, timeBounds: ClosedRange<Int64> = ChunkLayout.times
    ) throws(CodecError) {
        guard count > 0, count <= limits.chunkSampleCountMax else {
            throw .malformed("count: found \(count), expected 1...\(limits.chunkSampleCountMax)")
        }
        guard bodyByteCount <= limits.bodyByteCountMax, bodyByteCount >= 0 else {
            throw .malformed(
                "body: found \(bodyByteCount) bytes, expected at most \(limits.bodyByteCountMax)")
        }
        let bounds = timeBounds.clamped(to: ChunkLayout.times)
        guard bounds.contains(firstTime) else {
            throw .malformed("first time: found \(firstTime), expected \(bounds)")
        }
        var reader = ByteReader(head)
        let timeCodec = try reader.timeCodec()
        let valueCodec = try reader.valueCodec()
        let qualityCodec = try reader.qualityCodec()
        let frameCount = Int(try reader.u8())
        guard frameCount == limits.frameCount(ofSamples: count) else {
            throw .malformed("frames: found \(frameCount) for \(count) samples")
        }
        times = try TimeParameters(timeCodec, from: &reader, count: count, firstTime: firstTime)
        values = try ValueParameters(valueCodec, from: &reader, count: count)
        qualities = try QualityParameters(qualityCodec, from: &reader)
        self.timeCodec = timeCodec.rawValue
        self.valueCodec = valueCodec.rawValue
        self.qualityCodec = qualityCodec.rawValue
        self.count = count
        self.firstTime = firstTime
        self.limits = limits
        self.timeBounds = bounds
        let directory = try FrameDirectory(
            from: &reader, count: count, limits: limits,
            steps: times.steps(from: firstTime, to: bounds.upperBound),
            hasTimes: timeCodec != .regular, hasValues: valueCodec != .constant,
            hasQualities: qualityCodec != .uniform)
        headByteCount = reader.offset
        frames = directory.frames(behind: reader.offset)
        guard reader.offset + directory.byteCount == bodyByteCount else {
            throw .malformed(
                "frames: found \(reader.offset + directory.byteCount) bytes, expected "
                    + "\(bodyByteCount)")
        }
        if case .regular(let step) = times {
            guard Int64(count - 1).fits(max(step, 1), below: bounds.upperBound - firstTime + 1)
            else { throw .malformed("step: found \(step), which leaves the bounds of time") }
        }
    }
}

extension TimeParameters {
    /// How many steps of the directory lie between two times: no frame begins further on.
    fileprivate func steps(from first: Int64, to last: Int64) -> Int64 {
        switch self {
        case .regular, .raw: last - first
        case .grid(let step): (last - first) / step
        case .jittered(let step, _, let base, _): (last - base) / step
        case .delta(let unit, _), .varints(let unit): (last - first) / unit
        }
    }
}

/// The directory while it is read: lengths, and where the frames begin in time.
private struct FrameDirectory {
    private var entries: [ChunkLayout.Frame] = []
    /// Bytes of all frames.
    private(set) var byteCount = 0

    init(
        from reader: inout ByteReader, count: Int, limits: ChunkLimits, steps: Int64,
        hasTimes: Bool, hasValues: Bool, hasQualities: Bool
    ) throws(CodecError) {
        let frameCount = limits.frameCount(ofSamples: count)
        entries.reserveCapacity(frameCount)
        var position: Int64 = 0
        for frame in 0..<frameCount {
            if frame > 0, hasTimes {
                position += try reader.frameStep(limits, from: position, upTo: steps)
            } else {
                position = Int64(frame * limits.frameSampleCount)
            }
            let times = hasTimes ? try reader.column(limits) : ChunkLayout.Column()
            let values = hasValues ? try reader.column(limits) : ChunkLayout.Column()
            let qualities = hasQualities ? try reader.column(limits) : ChunkLayout.Column()
            var entry = ChunkLayout.Frame(
                offset: byteCount, position: position, times: times, values: values,
                qualities: qualities)
            if entry.byteCount > 0 { entry.checksum = try reader.u32() }
            byteCount += entry.byteCount
            entries.append(entry)
        }
    }

    func frames(behind head: Int) -> [ChunkLayout.Frame] {
        var frames = entries
        for i in frames.indices { frames[i].offset += head }
        return frames
    }
}

extension ByteReader {
    fileprivate mutating func timeCodec() throws(CodecError) -> TimeCodec {
        let id = try u8()
        guard let codec = TimeCodec(rawValue: id) else { throw .unsupported("time codec \(id)") }
        return codec
    }

    fileprivate mutating func valueCodec() throws(CodecError) -> ValueCodec {
        let id = try u8()
        guard let codec = ValueCodec(rawValue: id) else { throw .unsupported("value codec \(id)") }
        return codec
    }

    fileprivate mutating func qualityCodec() throws(CodecError) -> QualityCodec {
        let id = try u8()
        guard let codec = QualityCodec(rawValue: id) else {
            throw .unsupported("quality codec \(id)")
        }
        return codec
    }

    /// Steps from one frame's first time to the next one's: at least one for each sample.
    fileprivate mutating func frameStep(
        _ limits: ChunkLimits, from position: Int64, upTo steps: Int64
    ) throws(CodecError) -> Int64 {
        let least = limits.frameSampleCount
        let difference = try varint(upTo: Int(steps - position), "frame's first time")
        guard difference >= least else {
            throw .malformed("frame's first time: found \(difference) steps, expected \(least)")
        }
        return Int64(difference)
    }

    /// Length and LZ4 flag of a column.
    fileprivate mutating func column(_ limits: ChunkLimits) throws(CodecError) -> ChunkLayout.Column
    {
        let value = try varint(upTo: 2 * limits.frameColumnByteCountMax + 1, "column length")
        guard value != 1 else { throw .malformed("column: found an empty one marked LZ4") }
        return ChunkLayout.Column(byteCount: value / 2, isLZ4: value % 2 == 1)
    }
}
