import ColumnCodec
import DurableFiles
import Synchronization
import TimeSeriesModel

/// A segment file, open for reading. Safe to share between threads.
///
/// A checksum is verified at every read from the file or its map: of an entry at each use, of a chunk
/// when it is read whole, of a frame when it is read alone. If pages or footer are damaged, the index
/// is rebuilt in memory from the chunks.
final class Segment: Sendable {
    /// The most parsed heads that are kept; about 1 MiB.
    static let keptHeadCountMax = 8192

    struct State {
        /// Parsed heads of chunks that were read whole and found intact, by offset.
        var heads: [Int: ChunkHead] = [:]
        var rebuilt: RebuiltIndex?
    }

    let row: ManifestFile
    let file: any StorageFile
    let year: UTCYear
    /// `nil` where footer or file length do not allow the pages to be used.
    let mapped: MappedIndex?
    let state = Guarded(State())
    /// What was found at open, before any sample was asked for.
    let problems: [Damage]
    /// Set together with the state's rebuilt index, so that a read need not take the lock to see
    /// that there is none.
    let hasRebuilt = Atomic<Bool>(false)
    /// Set by a rebuild: parts of the file whose owner is unknown, so that every read says so.
    let ownerless = Guarded<[Damage]>([])

    /// The file's name relative to the store's folder.
    let path: String

    init(
        row: ManifestFile, path: String, file: any StorageFile, mapped: MappedIndex?,
        problems: [Damage]
    ) {
        self.row = row
        self.path = path
        self.file = file
        self.mapped = mapped
        self.problems = problems
        year = UTCYear(row.year!)
    }

    /// A later segment's sample wins over an earlier one's of the same time.
    var priority: UInt64 { row.lastLSN }

    func damage(
        _ reason: Damage.Reason, at offset: Int, _ detail: String, losesSamples: Bool = true,
        series: SeriesID? = nil, entry: IndexEntry? = nil
    ) -> Damage {
        Damage(
            file: path, offset: offset, reason: reason, losesSamples: losesSamples, detail: detail,
            series: series, from: (entry?.firstTime).map(Timestamp.init(rawValue:)),
            to: (entry?.lastTime).map(Timestamp.init(rawValue:)))
    }

    /// A chunk whose bytes are not what a chunk of its series can be.
    func undecodable(_ error: CodecError, _ entry: IndexEntry, _ series: SeriesID) -> Damage {
        damage(.checksum, at: entry.offset, error.text, series: series, entry: entry)
    }
}

// MARK: - Index

extension Segment {
    /// Returns every entry of a series, ascending in time.
    func entries(of series: SeriesID) throws(StoreError) -> [IndexEntry] {
        try entries(of: series, from: .min, through: .max)
    }

    /// Returns the entries of a series that overlap `first...last`, ascending in time.
    func entries(
        of series: SeriesID, from first: Int64, through last: Int64
    ) throws(StoreError) -> [IndexEntry] {
        try withIndex { (index) throws(IndexFailure) in
            try index.entries(of: series, from: first, through: last)
        } rebuilt: {
            $0.entries(of: series, from: first, through: last)
        }
    }

    /// Returns the last entry of a series that begins at or before a time.
    func lastEntry(of series: SeriesID, atOrBefore time: Int64) throws(StoreError) -> IndexEntry? {
        try withIndex { (index) throws(IndexFailure) in
            try index.lastEntry(of: series, atOrBefore: time)
        } rebuilt: {
            $0.lastEntry(of: series, atOrBefore: time)
        }
    }

    /// Returns every series that has entries, ascending.
    func allEntries() throws(StoreError) -> [SeriesEntries] {
        try withIndex { (index) throws(IndexFailure) in
            try index.allEntries()
        } rebuilt: {
            $0.allEntries()
        }
    }

    /// Returns every series that has entries, ascending, with the number of its samples.
    func seriesWithSampleCounts() throws(StoreError) -> [SeriesSampleCount] {
        try allEntries().map { (item) throws(StoreError) in
            var count = 0
            for entry in try entries(of: item.series) { count += entry.count }
            return SeriesSampleCount(series: item.series, count: count)
        }
    }

    /// Reads from the map or, if a page turns out to be damaged, from an index made of the chunks.
    @inline(__always)
    private func withIndex<Result>(
        _ body: (MappedIndex) throws(IndexFailure) -> Result,
        rebuilt: (RebuiltIndex) -> Result
    ) throws(StoreError) -> Result {
        if hasRebuilt.load(ordering: .acquiring), let index = state.withLock({ $0.rebuilt }) {
            return rebuilt(index)
        }
        if let mapped {
            do throws(IndexFailure) { return try body(mapped) } catch {
                if case .store(let error) = error { throw error }
            }
        }
        return rebuilt(try rebuildIndex())
    }
}
