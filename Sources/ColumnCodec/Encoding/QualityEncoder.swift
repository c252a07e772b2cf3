/// Chooses and writes the codec of a quality column.
enum QualityEncoder {
    static func encode(
        _ qualities: [UInt8], _ range: Range<Int>, _ limits: ChunkLimits, _ scratch: inout [UInt8],
        into column: inout EncodedColumn
    ) {
        let first = qualities[range.lowerBound]
        guard qualities[range].contains(where: { $0 != first }) else {
            column.begin(QualityCodec.uniform.rawValue)
            column.shared.append(first)
            return
        }
        let runs = 1 + range.dropFirst().count { qualities[$0] != qualities[$0 - 1] }
        let isRaw = 2 * runs > range.count
        column.begin((isRaw ? QualityCodec.raw : .runs).rawValue)
        for frame in 0..<limits.frameCount(ofSamples: range.count) {
            let samples = limits.samples(ofFrame: frame, of: range.count)
            let part = range.lowerBound + samples.lowerBound..<range.lowerBound + samples.upperBound
            if isRaw {
                column.bytes.append(contentsOf: qualities[part])
            } else {
                appendRuns(qualities[part], to: &column.bytes)
            }
            column.endFrame(&scratch)
        }
    }

    /// varint count, then per run u8 quality, varint length.
    private static func appendRuns(_ qualities: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let changes = qualities.indices.dropFirst().filter { qualities[$0] != qualities[$0 - 1] }
        let starts = [qualities.startIndex] + changes
        bytes.appendVarint(starts.count)
        for (start, end) in zip(starts, changes + [qualities.endIndex]) {
            bytes.append(qualities[start])
            bytes.appendVarint(end - start)
        }
    }
}
