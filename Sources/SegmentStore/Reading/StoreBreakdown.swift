public import ColumnCodec
public import TimeSeriesModel

/// One live file of a store and its size.
public struct FileBreakdown: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case segment, log, catalog, journal, manifest, lock
    }

    public let kind: Kind
    /// nil where the file belongs to no year.
    public let year: Int?
    public let byteCount: Int
    /// What the manifest says of a segment; 0 for others.
    public let sampleCount: Int
}

/// What one chunk takes, by what it holds.
public struct ChunkBreakdown: Sendable {
    /// Header, body, padding, and the chunk's entry in the index.
    public let byteCount: Int
    public let sampleCount: Int
    public let firstTime: Timestamp
    public let lastTime: Timestamp
    /// Bytes of frames by encoding; empty where the chunk is damaged.
    public let encodedByteCounts: [EncodedPart: Int]

    public init(
        byteCount: Int,
        sampleCount: Int,
        firstTime: Timestamp,
        lastTime: Timestamp,
        encodedByteCounts: [EncodedPart: Int]
    ) {
        self.byteCount = byteCount
        self.sampleCount = sampleCount
        self.firstTime = firstTime
        self.lastTime = lastTime
        self.encodedByteCounts = encodedByteCounts
    }
}

/// What one series has in one UTC year.
public struct SeriesYearBreakdown: Sendable {
    public let series: SeriesID
    public let year: Int
    /// What reading it gives, the log's samples included.
    public let sampleCount: Int
    /// Of these, how many only the log has, or has anew.
    public let unflushedCount: Int
    public let chunks: [ChunkBreakdown]

    public init(
        series: SeriesID,
        year: Int,
        sampleCount: Int,
        unflushedCount: Int,
        chunks: [ChunkBreakdown]
    ) {
        self.series = series
        self.year = year
        self.sampleCount = sampleCount
        self.unflushedCount = unflushedCount
        self.chunks = chunks
    }
}
