import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// The reason why the index of a segment could not be used.
enum IndexFailure: Error {
    /// Bytes at an offset of the file are not those that were sealed.
    case damaged(offset: Int)
    /// The system refused the read: the bytes may be intact.
    case store(StoreError)
}

/// The index of a segment through its memory map.
///
/// A page is read from the file and verified before its first use, so that an error of the disk is
/// an error and not a signal. The map shows later changes of the file too. Each use of an entry
/// therefore checks the entry's own checksum, and what no entry proves (that a series has none, or
/// has no more) is proved by the flags of the outermost entries or by the page's checksum.
final class MappedIndex: Sendable {
    let pages: MappedBytes
    let footer: SegmentFooter
    private let file: any StorageFile
    /// Pages that were read from the file and found intact.
    private let intactPages: GrowingSet

    init(pages: MappedBytes, footer: SegmentFooter, file: any StorageFile) {
        self.pages = pages
        self.footer = footer
        self.file = file
        intactPages = GrowingSet(
            bound: footer.entryPageCount + footer.directoryPageCount + footer.rootPageCount)
    }

    /// Returns the last entry of a series that begins at or before a time.
    func lastEntry(
        of series: SeriesID, atOrBefore time: Int64
    ) throws(IndexFailure) -> IndexEntry? {
        let all = try ordinals(of: series)
        guard !all.isEmpty else { return nil }
        let next = try firstOrdinal(in: all) { (ordinal) throws(IndexFailure) in
            try times(ofEntry: ordinal).first > time
        }
        // The entries on both sides prove the place, whatever the search has read on its way.
        if next < all.upperBound {
            let later = try entry(next, of: series)
            guard later.firstTime > time, next > all.lowerBound || later.isFirst else {
                throw damagedEntry(next)
            }
        }
        guard next > all.lowerBound else { return nil }
        let found = try entry(next - 1, of: series)
        guard found.firstTime <= time, next < all.upperBound || found.isLast else {
            throw damagedEntry(next - 1)
        }
        return found
    }

    /// Returns the entries of a series that overlap `first...last`, ascending in time.
    func entries(
        of series: SeriesID, from first: Int64, through last: Int64
    ) throws(IndexFailure) -> [IndexEntry] {
        let all = try ordinals(of: series)
        guard !all.isEmpty else { return [] }
        let start = try firstOrdinal(in: all) { (ordinal) throws(IndexFailure) in
            try times(ofEntry: ordinal).last >= first
        }
        var newest: IndexEntry?
        if start > all.lowerBound {
            let earlier = try entry(start - 1, of: series)
            guard earlier.lastTime < first else { throw damagedEntry(start - 1) }
            newest = earlier
        }
        var found: [IndexEntry] = []
        found.reserveCapacity(min(all.upperBound - start, 16))
        for ordinal in start..<all.upperBound {
            let entry = try entry(ordinal, of: series)
            guard entry.lastTime >= first, newest != nil || entry.isFirst else {
                throw damagedEntry(ordinal)
            }
            guard entry.firstTime <= last else { return found }
            found.append(entry)
            newest = entry
        }
        guard newest?.isLast == true else { throw damagedEntry(all.upperBound - 1) }
        return found
    }

    /// Returns every series that has entries, ascending.
    func allEntries() throws(IndexFailure) -> [SeriesEntries] {
        var found: [SeriesEntries] = []
        for index in 0..<footer.directoryPageCount {
            let page = footer.entryPageCount + index
            try verifyAgain(page)
            let head = try head(of: page)
            var lower = try number(0, of: page)
            for slot in 0..<IndexPage.numberCapacity {
                let upper =
                    slot + 1 < IndexPage.numberCapacity ? try number(slot + 1, of: page) : head.end
                guard lower <= upper, upper <= footer.chunkCount else { throw damaged(page) }
                if lower < upper {
                    let (series, overflows) = head.firstSeries.addingReportingOverflow(
                        UInt32(slot))
                    guard !overflows else { throw damaged(page) }
                    found.append(
                        SeriesEntries(
                            series: SeriesID(rawValue: series), ordinals: Int(lower)..<Int(upper)))
                }
                lower = upper
            }
        }
        return found
    }

    /// Returns one entry, which must be of the series.
    func entry(_ ordinal: Int, of series: SeriesID) throws(IndexFailure) -> IndexEntry {
        let (page, offset) = place(ofEntry: ordinal)
        try verify(page)
        let seed = IndexEntry.seed(salt: footer.fileSalt, series: series, ordinal: ordinal)
        do throws(CodecError) {
            return try pages.withBytes { bytes throws(CodecError) in
                try IndexEntry(decoding: bytes, at: offset, seed: seed)
            }
        } catch { throw damagedEntry(ordinal) }
    }
}

// MARK: - Directory and search

extension MappedIndex {
    /// Returns the ordinals of a series' entries. An empty range is proved here, a range that is
    /// not empty by the flags of its first and its last entry.
    private func ordinals(of series: SeriesID) throws(IndexFailure) -> Range<Int> {
        let capacity = IndexPage.numberCapacity
        let range = Int(series.rawValue) / capacity
        guard range / capacity < footer.rootPageCount else { return 0..<0 }
        let rootPage = footer.entryPageCount + footer.directoryPageCount + range / capacity
        try verify(rootPage)
        let root = try head(of: rootPage)
        guard range % capacity < root.count else { return try none(provedBy: [rootPage]) }
        let directory = try number(range % capacity, of: rootPage)
        guard directory != IndexPage.none else { return try none(provedBy: [rootPage]) }
        guard directory < footer.directoryPageCount else { throw damaged(rootPage) }
        let page = footer.entryPageCount + Int(directory)
        try verify(page)
        let slot = Int(series.rawValue) % capacity
        let lower = try number(slot, of: page)
        let upper = slot + 1 < capacity ? try number(slot + 1, of: page) : try head(of: page).end
        guard lower <= upper, upper <= footer.chunkCount else { throw damaged(page) }
        guard lower < upper else { return try none(provedBy: [rootPage, page]) }
        return Int(lower)..<Int(upper)
    }

    private func none(provedBy pages: [Int]) throws(IndexFailure) -> Range<Int> {
        for page in pages { try verifyAgain(page) }
        return 0..<0
    }

    /// Returns the first ordinal that satisfies a condition which holds from some ordinal on.
    private func firstOrdinal(
        in all: Range<Int>, where isInside: (Int) throws(IndexFailure) -> Bool
    ) throws(IndexFailure) -> Int {
        var span = all
        while !span.isEmpty {
            let middle = span.lowerBound + span.count / 2
            if try isInside(middle) {
                span = span.lowerBound..<middle
            } else {
                span = middle + 1..<span.upperBound
            }
        }
        return span.lowerBound
    }

    /// Returns first and last time of an entry without a look at its checksum.
    private func times(
        ofEntry ordinal: Int
    ) throws(IndexFailure) -> (first: Int64, last: Int64) {
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
}

// MARK: - Pages

extension MappedIndex {
    /// Reads a page from the file and verifies it, once per process.
    @inline(__always)
    private func verify(_ page: Int) throws(IndexFailure) {
        guard !intactPages.contains(page) else { return }
        try verifyInFile(page)
    }

    private func verifyInFile(_ page: Int) throws(IndexFailure) {
        let offset = offset(of: page)
        let bytes: [UInt8]
        do throws(StorageError) {
            bytes = try file.read(at: offset, byteCount: IndexPage.byteCount)
        } catch {
            // The disk or the system refused: that says nothing about the bytes.
            throw .store(StoreError(error))
        }
        guard IndexPage.isIntact(bytes.rawSpan, at: offset, salt: footer.fileSalt) else {
            throw .damaged(offset: offset)
        }
        intactPages.insert(page)
    }

    /// Verifies a page as the map shows it now.
    private func verifyAgain(_ page: Int) throws(IndexFailure) {
        try verify(page)
        let start = start(of: page)
        let isIntact = pages.withBytes { bytes in
            IndexPage.isIntact(
                bytes.extracting(start..<start + IndexPage.byteCount), at: offset(of: page),
                salt: footer.fileSalt)
        }
        guard isIntact else { throw damaged(page) }
    }

    private func place(ofEntry ordinal: Int) -> (page: Int, offset: Int) {
        let page = ordinal / IndexPage.entryCapacity
        let slot = ordinal % IndexPage.entryCapacity
        return (page, start(of: page) + IndexPage.headByteCount + slot * IndexEntry.encodedSize)
    }

    private func start(of page: Int) -> Int { page * IndexPage.byteCount }

    private func offset(of page: Int) -> Int { footer.entryPages + start(of: page) }

    private func damaged(_ page: Int) -> IndexFailure { .damaged(offset: offset(of: page)) }

    private func damagedEntry(_ ordinal: Int) -> IndexFailure {
        .damaged(offset: footer.entryPages + place(ofEntry: ordinal).offset)
    }

    private func head(of page: Int) throws(IndexFailure) -> IndexPage {
        let start = start(of: page)
        do throws(CodecError) {
            return try pages.withBytes { bytes throws(CodecError) in
                try IndexPage(
                    decoding: bytes.extracting(start..<start + IndexPage.headByteCount))
            }
        } catch { throw damaged(page) }
    }

    private func number(_ slot: Int, of page: Int) throws(IndexFailure) -> UInt32 {
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

    private func entries(of series: SeriesID) -> ArraySlice<IndexEntry> {
        entries[ranges[series] ?? 0..<0]
    }

    func lastEntry(of series: SeriesID, atOrBefore time: Int64) -> IndexEntry? {
        entries(of: series).last { $0.firstTime <= time }
    }

    func entries(of series: SeriesID, from first: Int64, through last: Int64) -> [IndexEntry] {
        entries(of: series).filter { $0.lastTime >= first && $0.firstTime <= last }
    }

    /// Returns every series that has entries, ascending.
    func allEntries() -> [SeriesEntries] {
        ranges.map { SeriesEntries(series: $0.key, ordinals: $0.value) }
            .sorted { $0.series < $1.series }
    }

    var sampleCount: Int { entries.reduce(0) { $0 + $1.count } }
}
