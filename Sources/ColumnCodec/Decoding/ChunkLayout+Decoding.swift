extension ChunkLayout {
    /// Decodes the columns of a frame.
    ///
    /// - Parameters:
    ///   - frame: its number in the chunk.
    ///   - bytes: exactly the frame's bytes, ``bytes(ofFrame:)`` of the body.
    ///   - columns: which are wanted.
    ///   - buffer: gets them.
    /// - Throws: `malformed` or `truncated`; the buffer then holds nothing of use.
    public func decode(
        frame: Int, from bytes: RawSpan, columns: FrameColumns = .all,
        into buffer: inout FrameBuffer
    ) throws(CodecError) {
        let entry = frames[frame]
        guard bytes.byteCount == entry.byteCount else {
            throw .malformed("frame: found \(bytes.byteCount) bytes, expected \(entry.byteCount)")
        }
        buffer.begin(count: samples(ofFrame: frame).count, columns)
        var reader = ByteReader(bytes)
        let times = try reader.take(entry.times.byteCount)
        let values = try reader.take(entry.values.byteCount)
        let qualities = try reader.take(entry.qualities.byteCount)
        // LZ4 unpacks into memory of the buffer, which is taken out of it while it is read.
        var unpacked: [UInt8] = []
        swap(&unpacked, &buffer.unpacked)
        defer { swap(&unpacked, &buffer.unpacked) }
        if columns.contains(.times) {
            try expanding(times, entry.times, &unpacked) { column throws(CodecError) in
                try decodeTimes(column, frame, into: &buffer)
            }
        }
        if columns.contains(.values) {
            try expanding(values, entry.values, &unpacked) { column throws(CodecError) in
                try decodeValues(column, into: &buffer)
            }
        }
        if columns.contains(.qualities) {
            try expanding(qualities, entry.qualities, &unpacked) { column throws(CodecError) in
                try decodeQualities(column, into: &buffer)
            }
        }
    }

    /// Calls `body` with a column as it was before LZ4: varint raw length, one block.
    func expanding<Result>(
        _ stored: RawSpan, _ column: Column, _ unpacked: inout [UInt8],
        _ body: (RawSpan) throws(CodecError) -> Result
    ) throws(CodecError) -> Result {
        guard column.isLZ4 else { return try body(stored) }
        var reader = ByteReader(stored)
        let length = try reader.varint(upTo: limits.frameColumnByteCountMax, "raw length")
        if unpacked.count < limits.frameColumnByteCountMax {
            unpacked = Array(repeating: 0, count: limits.frameColumnByteCountMax)
        }
        try LZ4Block.decompress(
            try reader.take(reader.remaining), byteCount: length, into: &unpacked)
        return try body(unpacked.rawSpan.extracting(first: length))
    }

    func decodeQualities(_ column: RawSpan, into buffer: inout FrameBuffer) throws(CodecError) {
        var reader = ByteReader(column)
        switch qualities {
        case .uniform(let quality): buffer.setQuality(quality)
        case .runs: try buffer.readQualityRuns(&reader)
        case .raw:
            buffer.uniformQuality = nil
            for i in 0..<buffer.count { buffer.qualities[i] = try reader.u8() }
        }
        try reader.expectEnd("qualities")
    }
}

extension FrameBuffer {
    /// Gives each wanted column `count` elements, whose content is old, and empties the others.
    mutating func begin(count: Int, _ columns: FrameColumns) {
        self.count = count
        FrameBuffer.resize(&times, columns.contains(.times) ? count : 0, 0)
        FrameBuffer.resize(&values, columns.contains(.values) ? count : 0, 0)
        if qualities.count != (columns.contains(.qualities) ? count : 0) { uniformQuality = nil }
        FrameBuffer.resize(&qualities, columns.contains(.qualities) ? count : 0, 0)
        integers.clear()
        exceptionPositions.removeAll(keepingCapacity: true)
    }

    private static func resize<T>(_ column: inout [T], _ count: Int, _ filler: T) {
        if column.count > count {
            column.removeLast(column.count - count)
        } else if column.count < count {
            column.append(contentsOf: repeatElement(filler, count: count - column.count))
        }
    }

    mutating func setQuality(_ quality: UInt8) {
        // A scan of a chunk finds the column filled already by the frame before.
        if uniformQuality == quality { return }
        for i in 0..<count { qualities[i] = quality }
        uniformQuality = quality
    }

    /// varint count, then per run u8 quality, varint length.
    mutating func readQualityRuns(_ reader: inout ByteReader) throws(CodecError) {
        let runs = try reader.varint(upTo: count, "quality runs")
        var position = 0
        uniformQuality = nil
        for _ in 0..<runs {
            let quality = try reader.u8()
            let length = try reader.varint(upTo: count - position, "quality run")
            guard length > 0 else { throw .malformed("quality run: found 0, expected at least 1") }
            for i in position..<position + length { qualities[i] = quality }
            position += length
        }
        guard position == count else {
            throw .malformed("quality runs: found \(position) samples, expected \(count)")
        }
        if runs == 1 { uniformQuality = qualities[0] }
    }
}
