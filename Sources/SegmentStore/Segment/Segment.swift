import ColumnCodec
import DurableFiles
import Synchronization
import TimeSeriesModel

/// A segment file, open for reading. Safe to share between threads.
///
/// Nothing of the file is believed before its checksum was found right, and each part is checked
/// once per process: pages one by one before they are used through the map, a chunk whole at its
/// first read. Where pages or footer are damaged the index is rebuilt in memory from the chunks.
final class Segment: Sendable {
    /// Heads of chunks kept parsed; a dashboard's worth, about 1 MiB.
    static let keptHeadCountMax = 8192

    struct State {
        /// Offsets of the chunks that were read whole and found intact.
        var intactChunks: Set<Int> = []
        /// By offset.
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
    /// The ordinals of a series' entries: consecutive, ascending in time.
    func entries(of series: SeriesID) throws(StoreError) -> Range<Int> {
        try withIndex { (index) throws(DamagedPage) in
            try index.entries(of: series, verifying: verifyPage)
        } rebuilt: {
            $0.entries(of: series)
        }
    }

    /// Every series that has entries, ascending.
    func allEntries() throws(StoreError) -> [SeriesEntries] {
        try withIndex { (index) throws(DamagedPage) in
            try index.allEntries(verifying: verifyPage)
        } rebuilt: {
            $0.allEntries()
        }
    }

    /// Every series that has entries, ascending, with the number of its samples.
    func seriesWithSampleCounts() throws(StoreError) -> [SeriesSampleCount] {
        try allEntries().map { (item) throws(StoreError) in
            var count = 0
            for ordinal in item.ordinals { count += try entry(ordinal).count }
            return SeriesSampleCount(series: item.series, count: count)
        }
    }

    func entry(_ ordinal: Int) throws(StoreError) -> IndexEntry {
        try withIndex { (index) throws(DamagedPage) in
            try index.entry(ordinal, verifying: verifyPage)
        } rebuilt: {
            $0.entries[ordinal]
        }
    }

    /// The entries of a series that overlap `first...last`, ascending in time.
    func entries(
        of series: SeriesID, from first: Int64, through last: Int64
    ) throws(StoreError) -> [IndexEntry] {
        let all = try entries(of: series)
        guard !all.isEmpty else { return [] }
        var found: [IndexEntry] = []
        found.reserveCapacity(min(all.count, 16))
        for ordinal in try firstOrdinal(in: all, endingAtOrAfter: first)..<all.upperBound {
            let entry = try entry(ordinal)
            guard entry.firstTime <= last else { break }
            found.append(entry)
        }
        return found
    }

    private func times(ofEntry ordinal: Int) throws(StoreError) -> (first: Int64, last: Int64) {
        try withIndex { (index) throws(DamagedPage) in
            try index.times(ofEntry: ordinal, verifying: verifyPage)
        } rebuilt: {
            ($0.entries[ordinal].firstTime, $0.entries[ordinal].lastTime)
        }
    }

    /// The last entry of a series that begins at or before a time.
    func lastEntry(of series: SeriesID, atOrBefore time: Int64) throws(StoreError) -> IndexEntry? {
        var span = try entries(of: series)
        let first = span.lowerBound
        while !span.isEmpty {
            let middle = span.lowerBound + span.count / 2
            if try times(ofEntry: middle).first <= time {
                span = middle + 1..<span.upperBound
            } else {
                span = span.lowerBound..<middle
            }
        }
        return span.lowerBound > first ? try entry(span.lowerBound - 1) : nil
    }

    private func firstOrdinal(
        in all: Range<Int>, endingAtOrAfter time: Int64
    ) throws(StoreError) -> Int {
        var span = all
        while !span.isEmpty {
            let middle = span.lowerBound + span.count / 2
            if try times(ofEntry: middle).last < time {
                span = middle + 1..<span.upperBound
            } else {
                span = span.lowerBound..<middle
            }
        }
        return span.lowerBound
    }

    /// Answers from the map, or, where a page turns out damaged, from an index made of the chunks.
    @inline(__always)
    private func withIndex<Result>(
        _ body: (MappedIndex) throws(DamagedPage) -> Result,
        rebuilt: (RebuiltIndex) -> Result
    ) throws(StoreError) -> Result {
        if hasRebuilt.load(ordering: .acquiring), let index = state.withLock({ $0.rebuilt }) {
            return rebuilt(index)
        }
        if let mapped {
            do throws(DamagedPage) { return try body(mapped) } catch {}
        }
        return rebuilt(try rebuildIndex())
    }

    @inline(__always)
    private func verifyPage(_ number: Int) throws(DamagedPage) {
        guard let mapped, !mapped.intactPages.contains(number) else { return }
        try verifyPage(number, of: mapped)
    }

    private func verifyPage(_ number: Int, of mapped: MappedIndex) throws(DamagedPage) {
        let offset = mapped.footer.entryPages + number * IndexPage.byteCount
        guard
            let bytes = try? file.read(at: offset, byteCount: IndexPage.byteCount),
            IndexPage.isIntact(bytes.rawSpan, at: offset, salt: row.salt)
        else { throw DamagedPage(offset: offset) }
        mapped.intactPages.insert(number)
    }
}
