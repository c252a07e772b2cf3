import ColumnCodec
import SegmentStore

/// Bytes and what they hold.
struct ByteUsage: Equatable, Sendable {
    var sampleCount = 0
    var byteCount = 0
    /// Of frames, by encoding.
    private(set) var encodedByteCounts: [EncodedPart: Int] = [:]

    /// A chunk without its samples: how many of them count, reading has to tell.
    mutating func add(_ chunk: ChunkBreakdown) {
        byteCount += chunk.byteCount
        encodedByteCounts.merge(chunk.encodedByteCounts) { $0 + $1 }
    }

    mutating func add(_ other: ByteUsage) {
        sampleCount += other.sampleCount
        byteCount += other.byteCount
        encodedByteCounts.merge(other.encodedByteCounts) { $0 + $1 }
    }

    func byteCount(of column: EncodedPart.Column) -> Int {
        encodedByteCounts.reduce(0) { $0 + ($1.key.column == column ? $1.value : 0) }
    }

    /// Headers, index, padding, checksums, names, and chunks that cannot be read.
    var overheadByteCount: Int {
        EncodedPart.Column.allCases.reduce(byteCount) { $0 - byteCount(of: $1) }
    }

    var bytesPerSample: Double? {
        sampleCount > 0 ? Double(byteCount) / Double(sampleCount) : nil
    }
}

/// What the rows are about.
enum UsageGrouping: String, CaseIterable, Sendable {
    case point, year, encoding, kind
}
