/// Turns samples into the body of a chunk. Owns the memory it needs: reuse one for many chunks.
///
/// What was encoded is decoded again and compared bit by bit before it is handed out.
public struct ChunkEncoder: Sendable {
    public let limits: ChunkLimits

    private var timeEncoder = TimeEncoder()
    private var valueEncoder = ValueEncoder()
    private var times = EncodedColumn()
    private var values = EncodedColumn()
    private var qualities = EncodedColumn()
    /// Where the frames begin, as the directory counts.
    private var positions: [Int64] = []
    private var scratch: [UInt8] = []
    private var body: [UInt8] = []
    /// The frames of the chunk, which follow the directory in the body.
    private var frames: [UInt8] = []
    private var buffer = FrameBuffer()

    public init(limits: ChunkLimits = .disk) { self.limits = limits }

    /// Appends the body of one chunk with the samples in `range`.
    ///
    /// - Throws: `malformed` where times do not strictly ascend; `limitExceeded` for no samples, for
    ///   too many, for times that no chunk can have, and for a body beyond the limits, which those of
    ///   the disk exclude. Nothing is appended then.
    public mutating func encode(
        _ columns: SampleColumns, _ range: Range<Int>, hint: inout ScaleHint,
        appendingTo bytes: inout [UInt8]
    ) throws(CodecError) -> EncodedChunk {
        try check(columns, range)
        timeEncoder.encode(
            columns.times, range, limits, &scratch, into: &times, positions: &positions)
        valueEncoder.encode(columns.values, range, limits, hint: &hint, &scratch, into: &values)
        QualityEncoder.encode(columns.qualities, range, limits, &scratch, into: &qualities)
        let frameCount = limits.frameCount(ofSamples: range.count)
        assemble(frameCount: frameCount)
        var statistics = verified(columns, range)
        let storedRaw = statistics == nil
        if storedRaw {
            encodeRaw(columns, range)
            assemble(frameCount: frameCount)
            statistics = verified(columns, range)
        }
        guard let statistics else {
            throw .limitExceeded("body: found \(body.count) bytes for \(range.count) samples")
        }
        bytes.append(contentsOf: body)
        return summary(statistics, storedRaw: storedRaw)
    }

    private func check(
        _ columns: SampleColumns, _ range: Range<Int>
    ) throws(CodecError) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= columns.count,
            "the range lies in the columns")
        guard !range.isEmpty, range.count <= limits.chunkSampleCountMax else {
            throw .limitExceeded(
                "samples: found \(range.count), expected 1...\(limits.chunkSampleCountMax)")
        }
        for i in range.dropFirst() where columns.times[i] <= columns.times[i - 1] {
            throw .malformed(
                "times: found \(columns.times[i]) after \(columns.times[i - 1]), expected later")
        }
        for time in [columns.times[range.lowerBound], columns.times[range.upperBound - 1]]
        where !ChunkLayout.times.contains(time) {
            throw .limitExceeded("time: found \(time), expected \(ChunkLayout.times)")
        }
    }

    private func summary(_ statistics: ChunkStatistics, storedRaw: Bool) -> EncodedChunk {
        let columnBytes = times.bytes.count + values.bytes.count + qualities.bytes.count
        return EncodedChunk(
            byteCount: body.count, timeCodec: times.codec, valueCodec: values.codec,
            qualityCodec: qualities.codec, timeByteCount: times.bytes.count,
            valueByteCount: values.bytes.count, qualityByteCount: qualities.bytes.count,
            overheadByteCount: body.count - columnBytes, statistics: statistics,
            storedRaw: storedRaw)
    }
}

extension ChunkEncoder {
    /// Puts head and frames together.
    private mutating func assemble(frameCount: Int) {
        body.removeAll(keepingCapacity: true)
        body.append(times.codec)
        body.append(values.codec)
        body.append(qualities.codec)
        body.append(UInt8(frameCount))
        body.append(contentsOf: times.shared)
        body.append(contentsOf: values.shared)
        body.append(contentsOf: qualities.shared)
        frames.removeAll(keepingCapacity: true)
        for frame in 0..<frameCount {
            if frame > 0, !positions.isEmpty {
                body.appendVarint(UInt64(positions[frame] - positions[frame - 1]))
            }
            times.appendLength(ofFrame: frame, to: &body)
            values.appendLength(ofFrame: frame, to: &body)
            qualities.appendLength(ofFrame: frame, to: &body)
            let start = frames.count
            times.appendFrame(frame, to: &frames)
            values.appendFrame(frame, to: &frames)
            qualities.appendFrame(frame, to: &frames)
            guard frames.count > start else { continue }
            body.appendLittleEndian(
                ChunkLayout.checksum(ofFrame: frames.rawSpan.extracting(start..<frames.count)))
        }
        body.append(contentsOf: frames)
    }

    /// Writes what no choice can spoil, for the case that one did.
    private mutating func encodeRaw(_ columns: SampleColumns, _ range: Range<Int>) {
        times.begin(TimeCodec.raw.rawValue)
        values.begin(ValueCodec.raw64.rawValue)
        qualities.begin(QualityCodec.raw.rawValue)
        positions.removeAll(keepingCapacity: true)
        for frame in 0..<limits.frameCount(ofSamples: range.count) {
            let samples = limits.samples(ofFrame: frame, of: range.count)
            let first = range.lowerBound + samples.lowerBound
            positions.append(columns.times[first] - columns.times[range.lowerBound])
            for i in first..<first + samples.count {
                times.bytes.appendLittleEndian(columns.times[i])
                values.bytes.appendLittleEndian(columns.values[i])
                qualities.bytes.append(columns.qualities[i])
            }
            times.endFrame()
            values.endFrame()
            qualities.endFrame()
        }
    }

    /// Decodes the body again.
    /// - Returns: its statistics, or `nil` where any bit differs or it does not decode.
    private mutating func verified(
        _ columns: SampleColumns, _ range: Range<Int>
    ) -> ChunkStatistics? {
        do throws(CodecError) {
            let firstTime = columns.times[range.lowerBound]
            let layout = try ChunkLayout(
                parsing: body.rawSpan, bodyByteCount: body.count, count: range.count,
                firstTime: firstTime, limits: limits)
            var part = PartAccumulator()
            for frame in 0..<layout.frameCount {
                try ChunkEncoder.decode(frame, of: layout, from: body, into: &buffer)
                let start = range.lowerBound + layout.samples(ofFrame: frame).lowerBound
                guard buffer.hasSameBits(as: columns, from: start) else { return nil }
                part.add(buffer, positions: 0..<buffer.count, of: layout)
            }
            var statistics = part.finish()
            // An index entry holds the times of the chunk, not those of its usable samples.
            statistics.firstTime = firstTime
            statistics.lastTime = columns.times[range.upperBound - 1]
            return statistics
        } catch {
            // Our own bytes do not decode: reported as a mismatch, which is what it is.
            return nil
        }
    }

    private static func decode(
        _ frame: Int, of layout: ChunkLayout, from body: [UInt8], into buffer: inout FrameBuffer
    ) throws(CodecError) {
        let bytes = try body.rawSpan.bytes(in: layout.bytes(ofFrame: frame))
        try layout.verify(frame: frame, bytes: bytes)
        try layout.decode(frame: frame, from: bytes, into: &buffer)
    }
}

extension FrameBuffer {
    fileprivate func hasSameBits(as columns: SampleColumns, from start: Int) -> Bool {
        let range = start..<start + count
        return times[...] == columns.times[range] && qualities[...] == columns.qualities[range]
            && ScaleKernels.haveSameBits(values, columns.values, from: start)
    }
}
