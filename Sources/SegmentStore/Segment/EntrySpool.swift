import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// The index entries of a segment under way: the newest in memory, full pages in a file of their
/// own, so that memory does not grow with the segment.
struct EntrySpool {
    private static let spillByteCount = 256 * 1024
    private static let fullPageByteCount = IndexPage.entryCapacity * IndexEntry.encodedSize

    private let storage: any Storage
    private let path: String
    private let salt: UInt64
    /// The newest entry: whether it is the last of its series shows with the next one.
    private var newest: (entry: IndexEntry, series: SeriesID)?
    private var file: (any StorageFile)?
    private var spilled = 0
    private var bytes: [UInt8] = []
    private var firstSeriesOfPages: [SeriesID] = []
    private var count = 0

    /// - Parameter salt: the segment's, for the checksums of the entries.
    init(_ storage: any Storage, path: String, salt: UInt64) {
        self.storage = storage
        self.path = path
        self.salt = salt
    }

    mutating func append(_ entry: IndexEntry, of series: SeriesID) throws(StoreError) {
        let isFirst = newest?.series != series
        try encodeNewest(isLast: isFirst)
        newest = (entry, series)
        newest?.entry.isFirst = isFirst
    }

    private mutating func encodeNewest(isLast: Bool) throws(StoreError) {
        guard let (unfinished, series) = newest else { return }
        newest = nil
        var entry = unfinished
        if count % IndexPage.entryCapacity == 0 {
            firstSeriesOfPages.append(series)
            if bytes.count >= EntrySpool.spillByteCount { try spill() }
        }
        entry.isLast = isLast
        entry.append(
            to: &bytes, seed: IndexEntry.seed(salt: salt, series: series, ordinal: count))
        count += 1
    }

    private mutating func spill() throws(StoreError) {
        do throws(StorageError) {
            let file: any StorageFile
            if let known = self.file {
                file = known
            } else {
                file = try storage.open(path, .create)
            }
            self.file = file
            try file.write(bytes, at: spilled)
        } catch { throw StoreError(error) }
        spilled += bytes.count
        bytes.removeAll(keepingCapacity: true)
    }

    /// Lends the items of each page in order, then removes the spill file.
    mutating func forEachPage(
        _ body: (_ firstSeries: SeriesID, _ count: Int, _ items: [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try encodeNewest(isLast: true)
        let byteCount = spilled + bytes.count
        for (number, firstSeries) in firstSeriesOfPages.enumerated() {
            let start = number * EntrySpool.fullPageByteCount
            let end = min(start + EntrySpool.fullPageByteCount, byteCount)
            try body(firstSeries, (end - start) / IndexEntry.encodedSize, items(start..<end))
        }
        guard file != nil else { return }
        file?.close()
        file = nil
        do throws(StorageError) { try storage.unlink(path) } catch { throw StoreError(error) }
    }

    /// A page's items never straddle the spill: only whole pages are spilled.
    private func items(_ range: Range<Int>) throws(StoreError) -> [UInt8] {
        guard let file, range.lowerBound < spilled else {
            return Array(bytes[range.lowerBound - spilled..<range.upperBound - spilled])
        }
        do throws(StorageError) {
            return try file.read(at: range.lowerBound, byteCount: range.count)
        } catch { throw StoreError(error) }
    }
}
