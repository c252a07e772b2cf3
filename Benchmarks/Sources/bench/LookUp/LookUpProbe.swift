import ColumnCodec
import DurableFiles
import SegmentStore
import TimeSeriesModel

/// A look-up taken apart: the frame that holds its answer, found through the public index and read
/// from the file. A class, so that handing one to a step costs nothing.
final class LookUpProbe {
    private static let chunkHeaderByteCount = 40

    let series: SeriesID
    let address: PointAddress
    let time: Int64
    /// The whole chunk, header included, as its checksum covers it.
    let chunk: [UInt8]
    let chunkSummary: ChunkSummary
    let layout: ChunkLayout
    let frame: Int
    let frameOffset: Int
    let frameBytes: [UInt8]

    /// - Returns: `nil` where the index alone has the answer: at or behind the end of a chunk.
    init?(
        _ snapshot: Snapshot, _ file: any StorageFile, _ address: PointAddress, at time: Int64
    ) throws {
        guard let series = snapshot.catalog.series(of: address) else { return nil }
        let candidates = try snapshot.chunks(of: series)
        guard
            let summary = candidates.first(where: {
                $0.firstTime.rawValue <= time && time < $0.lastTime.rawValue
            })
        else { return nil }
        let chunk = try file.read(at: summary.offset, byteCount: summary.byteCount)
        let layout = try LookUpProbe.parse(chunk, summary)
        var buffer = FrameBuffer()
        guard var frame = layout.frame(atOrBefore: time) else { return nil }
        func bytes(of frame: Int) -> [UInt8] {
            let range = layout.bytes(ofFrame: frame)
            let base = LookUpProbe.chunkHeaderByteCount
            return Array(chunk[base + range.lowerBound..<base + range.upperBound])
        }
        // On a jittered grid the first sample of a frame may lie behind the time in its directory.
        let found = try layout.sample(
            atOrBefore: time, inFrame: frame, from: bytes(of: frame).rawSpan, using: &buffer)
        if found == nil { frame -= 1 }
        guard frame >= 0 else { return nil }
        self.series = series
        self.address = address
        self.time = time
        self.chunk = chunk
        chunkSummary = summary
        self.layout = layout
        self.frame = frame
        frameOffset =
            summary.offset + LookUpProbe.chunkHeaderByteCount
            + layout.bytes(ofFrame: frame).lowerBound
        frameBytes = bytes(of: frame)
    }

    /// The head of a chunk, as a first read parses it.
    static func parse(_ chunk: [UInt8], _ summary: ChunkSummary) throws -> ChunkLayout {
        let body = chunk.rawSpan.extracting(droppingFirst: chunkHeaderByteCount)
        let byteCount = Int(try chunk.rawSpan.loadLittleEndian(UInt32.self, at: 4))
        return try ChunkLayout(
            parsing: body, bodyByteCount: byteCount, count: summary.sampleCount,
            firstTime: summary.firstTime.rawValue)
    }
}
