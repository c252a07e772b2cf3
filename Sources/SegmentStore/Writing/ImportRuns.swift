import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// Sorted runs of an import that did not fit into memory: segment files in `tmp/`, of which the
/// later wins where both hold a sample.
struct ImportRuns {
    private let store: Store
    /// Tells the runs of this import from those of others, also of an earlier or later process.
    private let token = UInt64.random(in: .min ... .max)
    private var rows: [(year: UTCYear, row: ManifestFile, path: String)] = []
    private(set) var sampleCount = 0

    init(_ store: Store) { self.store = store }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ sorted: [SortedSeries], of year: UTCYear) throws(StoreError) {
        let number = UInt64(rows.count + 1)
        let path = StoreLayout.importRun(token: token, number: number)
        let row: ManifestFile
        do throws(StoreError) {
            row = try write(sorted, of: year, number, path: path)
        } catch {
            SegmentWriter.discard(path, in: store.storage)
            throw error
        }
        rows.append((year, row, path))
        sampleCount += row.sampleCount
    }

    private func write(
        _ sorted: [SortedSeries], of year: UTCYear, _ number: UInt64, path: String
    ) throws(StoreError) -> ManifestFile {
        let writer = try SegmentWriter(
            store.storage, path: path,
            identity: SegmentIdentity(
                fileID: number, fileSalt: .random(in: .min ... .max), storeID: 0, year: year,
                role: .flushed, firstLSN: number, lastLSN: number))
        let encoders = store.encoders
        try OrderedWorkers.run(ChunkPiece.pieces(of: sorted, in: year)) {
            $0.range.count
        } make: { (piece) throws(StoreError) in
            try piece.encode(lsn: number, encoders)
        } consume: { (run: EncodedRun) throws(StoreError) in
            try writer.append(run)
        }
        return try writer.finish(name: path)
    }

    /// The runs of each year, as if they were a year's segments.
    func years() throws(StoreError) -> [(UTCYear, YearView)] {
        var years: [(UTCYear, YearView)] = []
        for year in Set(rows.map(\.year)).sorted() {
            var segments: [Segment] = []
            for run in rows where run.year == year {
                segments.append(try Segment.open(run.row, in: store.storage, at: run.path))
            }
            years.append((year, YearView(year: year, segments: segments, missing: [])))
        }
        return years
    }

    mutating func discard() {
        for run in rows { try? store.storage.unlink(run.path) }
        rows = []
    }
}

/// A few chunks' worth of a sorted series: what one worker encodes at a time.
struct ChunkPiece: Sendable {
    private static let chunkCountMax = 8

    let series: SeriesID
    let columns: SampleColumns
    let range: Range<Int>

    /// All samples of a year, in series order and, but for the last of a series, whole chunks.
    static func pieces(of sorted: [SortedSeries], in year: UTCYear) -> [ChunkPiece] {
        let step = chunkCountMax * ChunkLimits.disk.chunkSampleCountMax
        return sorted.flatMap { series in
            let all = series.positions(in: year)
            return stride(from: all.lowerBound, to: all.upperBound, by: step).map {
                ChunkPiece(
                    series: series.series, columns: series.columns,
                    range: $0..<min($0 + step, all.upperBound))
            }
        }
    }

    func encode(lsn: LSN, _ encoders: EncoderPool) throws(StoreError) -> EncodedRun {
        var run = EncodedRun(series: series)
        var hint = ScaleHint()
        let step = ChunkLimits.disk.chunkSampleCountMax
        do throws(CodecError) {
            try encoders.withEncoder { (encoder) throws(CodecError) in
                for start in stride(from: range.lowerBound, to: range.upperBound, by: step) {
                    try run.append(
                        columns, start..<min(start + step, range.upperBound), lastLSN: lsn,
                        using: &encoder, hint: &hint)
                }
            }
        } catch {
            throw StoreError(.limitExceeded, "a chunk could not be encoded: \(error.text)")
        }
        return run
    }
}
