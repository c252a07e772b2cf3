import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// A page of the index is not what was sealed.
struct DamagedPage: Error {
    var offset: Int
}

/// The index of a segment through its memory map. Checks nothing itself: ``Segment`` lets no page be
/// used that was not read and found intact first.
final class MappedIndex: Sendable {
    let pages: MappedBytes
    let footer: SegmentFooter
    /// Pages that were read and found intact.
    let intactPages: GrowingSet

    init(pages: MappedBytes, footer: SegmentFooter) {
        self.pages = pages
        self.footer = footer
        intactPages = GrowingSet(
            bound: footer.entryPageCount + footer.directoryPageCount + footer.rootPageCount)
    }

    /// Ordinals of the entries of a series, and the pages that the answer relied on.
    func entries(
        of series: SeriesID, verifying verify: (Int) throws(DamagedPage) -> Void
    ) throws(DamagedPage) -> Range<Int> {
        let capacity = IndexPage.numberCapacity
        let range = Int(series.rawValue) / capacity
        guard range / capacity < footer.rootPageCount else { return 0..<0 }
        let rootPage = footer.entryPageCount + footer.directoryPageCount + range / capacity
        try verify(rootPage)
        let root = try head(of: rootPage)
        guard range % capacity < root.count else { return 0..<0 }
        let directory = try number(range % capacity, of: rootPage)
        guard directory != IndexPage.none else { return 0..<0 }
        guard directory < footer.directoryPageCount else { throw damaged(rootPage) }
        let page = footer.entryPageCount + Int(directory)
        try verify(page)
        let slot = Int(series.rawValue) % capacity
        let lower = try number(slot, of: page)
        let upper = slot + 1 < capacity ? try number(slot + 1, of: page) : try head(of: page).end
        guard lower <= upper, upper <= footer.chunkCount else { throw damaged(page) }
        return Int(lower)..<Int(upper)
    }

    func entry(
        _ ordinal: Int, verifying verify: (Int) throws(DamagedPage) -> Void
    ) throws(DamagedPage) -> IndexEntry {
        let (page, offset) = place(ofEntry: ordinal)
        try verify(page)
        do throws(CodecError) {
            return try pages.withBytes { bytes throws(CodecError) in
                try IndexEntry(decoding: bytes, at: offset)
            }
        } catch { throw damaged(page) }
    }

    /// First and last time of an entry, without the rest of it.
    func times(
        ofEntry ordinal: Int, verifying verify: (Int) throws(DamagedPage) -> Void
    ) throws(DamagedPage) -> (first: Int64, last: Int64) {
        let (page, offset) = place(ofEntry: ordinal)
        try verify(page)
        do throws(CodecError) {
            return try pages.withBytes { bytes throws(CodecError) in
                (
                    Int64(bitPattern: try bytes.loadLittleEndian(UInt64.self, at: offset)),
                    Int64(bitPattern: try bytes.loadLittleEndian(UInt64.self, at: offset + 8))
                )
            }
        } catch { throw damaged(page) }
    }

    private func place(ofEntry ordinal: Int) -> (page: Int, offset: Int) {
        let page = ordinal / IndexPage.entryCapacity
        let slot = ordinal % IndexPage.entryCapacity
        return (page, start(of: page) + IndexPage.headByteCount + slot * IndexEntry.encodedSize)
    }

    /// Every series that has entries, ascending.
    func allEntries(
        verifying verify: (Int) throws(DamagedPage) -> Void
    ) throws(DamagedPage) -> [SeriesEntries] {
        var found: [SeriesEntries] = []
        for index in 0..<footer.directoryPageCount {
            let page = footer.entryPageCount + index
            try verify(page)
            let head = try head(of: page)
            var lower = try number(0, of: page)
            for slot in 0..<IndexPage.numberCapacity {
                let upper =
                    slot + 1 < IndexPage.numberCapacity ? try number(slot + 1, of: page) : head.end
                guard lower <= upper, upper <= footer.chunkCount else { throw damaged(page) }
                if lower < upper {
                    found.append(
                        SeriesEntries(
                            series: SeriesID(rawValue: head.firstSeries + UInt32(slot)),
                            ordinals: Int(lower)..<Int(upper)))
                }
                lower = upper
            }
        }
        return found
    }

    private func start(of page: Int) -> Int { page * IndexPage.byteCount }

    private func damaged(_ page: Int) -> DamagedPage {
        DamagedPage(offset: footer.entryPages + start(of: page))
    }

    private func head(of page: Int) throws(DamagedPage) -> IndexPage {
        let start = start(of: page)
        do throws(CodecError) {
            return try pages.withBytes { bytes throws(CodecError) in
                try IndexPage(
                    decoding: bytes.extracting(start..<start + IndexPage.headByteCount))
            }
        } catch { throw damaged(page) }
    }

    private func number(_ slot: Int, of page: Int) throws(DamagedPage) -> UInt32 {
        let offset = start(of: page) + IndexPage.headByteCount + slot * 4
        do throws(CodecError) {
            return try pages.withBytes { bytes throws(CodecError) in
                try bytes.loadLittleEndian(UInt32.self, at: offset)
            }
        } catch { throw damaged(page) }
    }
}

/// The entries of one series: consecutive, ascending in time.
struct SeriesEntries: Sendable {
    let series: SeriesID
    let ordinals: Range<Int>
}

/// An index made in memory by reading a segment's chunks, because its pages or footer are damaged.
struct RebuiltIndex: Sendable {
    private(set) var entries: [IndexEntry] = []
    private var ranges: [SeriesID: Range<Int>] = [:]

    mutating func append(_ entry: IndexEntry, of series: SeriesID) {
        let start = ranges[series]?.lowerBound ?? entries.count
        entries.append(entry)
        ranges[series] = start..<entries.count
    }

    func entries(of series: SeriesID) -> Range<Int> { ranges[series] ?? 0..<0 }

    /// Every series that has entries, ascending.
    func allEntries() -> [SeriesEntries] {
        ranges.map { SeriesEntries(series: $0.key, ordinals: $0.value) }
            .sorted { $0.series < $1.series }
    }

    var sampleCount: Int { entries.reduce(0) { $0 + $1.count } }
}
