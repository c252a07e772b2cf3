import ColumnCodec
import DurableFiles
public import TimeSeriesModel

/// A store at a glance.
public struct StoreSummary: Sendable {
    /// UTC years that have segments, ascending.
    public var years: [Int]
    public var segmentCount: Int
    public var seriesCount: Int
    /// What reading everything returns.
    public var sampleCount: Int
    /// Every live file: manifests, lock, catalogs, segments.
    public var byteCount: Int
    /// The part that is not in segments yet.
    public var logByteCount: Int
    public var firstTime: Timestamp?
    public var lastTime: Timestamp?
}

/// One segment file, as its manifest row tells it.
public struct SegmentSummary: Sendable {
    /// Relative to the store's folder.
    public var file: String
    public var year: Int
    public var role: FileRole
    public var byteCount: Int
    public var sampleCount: Int
    public var firstTime: Timestamp
    public var lastTime: Timestamp
}

/// One chunk, as the index tells it.
public struct ChunkSummary: Sendable {
    /// Relative to the store's folder.
    public var file: String
    public var offset: Int
    public var byteCount: Int
    public var series: SeriesID
    public var sampleCount: Int
    public var firstTime: Timestamp
    public var lastTime: Timestamp
}

extension Snapshot {
    /// Costs a look at the size of a few files; no sample is read.
    public func summary() throws(StoreError) -> StoreSummary {
        let rows = manifest.files.filter { $0.kind == .segment }
        var byteCount = manifest.files.reduce(logByteCount) { $0 + $1.byteCount }
        for name in StoreLayout.manifests + [StoreLayout.lock] {
            byteCount += try fileByteCount(name)
        }
        return StoreSummary(
            years: years.map(\.year.number), segmentCount: rows.count,
            seriesCount: catalog.seriesCount, sampleCount: sampleCount, byteCount: byteCount,
            logByteCount: logByteCount,
            firstTime: (rows.compactMap(\.firstTime) + heads.times.prefix(1)).min()
                .map(Timestamp.init(rawValue:)),
            lastTime: (rows.compactMap(\.lastTime) + heads.times.suffix(1)).max()
                .map(Timestamp.init(rawValue:)))
    }

    /// A file that is not there counts nothing: a reader may come between creation and lock.
    func fileByteCount(_ path: String) throws(StoreError) -> Int {
        do throws(StorageError) {
            let file = try storage.open(path, .read)
            defer { file.close() }
            return try file.byteCount()
        } catch {
            guard error.code == .notFound || error.code == .permission else {
                throw StoreError(error)
            }
            return 0
        }
    }

    /// Every segment, by year and age.
    public var segments: [SegmentSummary] {
        manifest.files.compactMap { row in
            guard row.kind == .segment, let year = row.year else { return nil }
            return SegmentSummary(
                file: row.name, year: year, role: row.role, byteCount: row.byteCount,
                sampleCount: row.sampleCount,
                firstTime: Timestamp(rawValue: row.firstTime ?? 0),
                lastTime: Timestamp(rawValue: row.lastTime ?? 0))
        }.sorted { ($0.year, $0.file) < ($1.year, $1.file) }
    }

    /// Every chunk of a series, by file and offset. Reads the index only.
    public func chunks(of series: SeriesID) throws(StoreError) -> [ChunkSummary] {
        var chunks: [ChunkSummary] = []
        for segment in years.flatMap(\.segments) {
            for entry in try segment.entries(of: series) {
                chunks.append(
                    ChunkSummary(
                        file: segment.path, offset: entry.offset, byteCount: entry.byteCount,
                        series: series, sampleCount: entry.count,
                        firstTime: Timestamp(rawValue: entry.firstTime),
                        lastTime: Timestamp(rawValue: entry.lastTime)))
            }
        }
        return chunks
    }
}
