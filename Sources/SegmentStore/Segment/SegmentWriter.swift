import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// Who a new segment is: everything of it that is known before its first chunk.
struct SegmentIdentity: Sendable {
    var fileID: UInt64
    var fileSalt: UInt64
    var storeID: UInt64
    var year: UTCYear
    var role: SegmentRole
    var firstLSN: UInt64
    var lastLSN: UInt64
}

/// Writes one segment file, front to back: chunks in series order, then pages, then the footer.
///
/// Holds a megabyte of unwritten bytes, the index entries of at most 256 KiB (fuller pages go to a
/// second file beside the first) and four bytes for each series id it passed.
final class SegmentWriter {
    private static let bufferByteCountMax = 1 << 20

    private let storage: any Storage
    private let identity: SegmentIdentity
    private let file: any StorageFile
    private let path: String
    private var buffer: [UInt8] = []
    private var written = 0
    private var fileHash = H64(seed: 0)
    private var entries: EntrySpool
    private var directory = DirectoryBuilder()
    private var sampleCount = 0
    private var chunkCount = 0
    private var firstTime = Int64.max
    private var lastTime = Int64.min
    private var newestSeries: SeriesID?
    private var newestTime = Int64.min

    /// Creates the file at `path`, which must not exist yet.
    init(_ storage: any Storage, path: String, identity: SegmentIdentity) throws(StoreError) {
        self.storage = storage
        self.path = path
        self.identity = identity
        do throws(StorageError) {
            file = try storage.open(path, .create)
        } catch { throw StoreError(error) }
        entries = EntrySpool(
            storage, path: SegmentWriter.entryPath(path), salt: identity.fileSalt)
        buffer = FileHeader(
            kind: .segment, fileID: identity.fileID, fileSalt: identity.fileSalt,
            storeID: identity.storeID, year: identity.year.number, firstLSN: identity.firstLSN
        ).encode()
    }

    private static func entryPath(_ path: String) -> String { path + ".entries" }

    /// Takes away what a writer that did not end has left in `tmp/`.
    static func discard(_ path: String, in storage: any Storage) {
        try? storage.unlink(path)
        try? storage.unlink(entryPath(path))
    }

    /// The offset that the next byte gets.
    private var offset: Int { written + buffer.count }

    /// Appends the chunks of a run. Series ascend, and times within a series.
    func append(_ run: EncodedRun) throws(StoreError) {
        for chunk in run.chunks {
            try append(chunk, body: run.bytes.rawSpan.extracting(chunk.body), of: run.series)
        }
    }

    private func append(
        _ chunk: EncodedRun.Chunk, body: RawSpan, of series: SeriesID
    ) throws(StoreError) {
        try begin(series, at: chunk.statistics.firstTime)
        let header = ChunkHeader(
            bodyByteCount: body.byteCount, series: series, count: chunk.count,
            firstTime: chunk.statistics.firstTime, lastLSN: chunk.lastLSN)
        let start = offset
        let byteCount = chunk.isDamaged ? body.byteCount : header.chunkByteCount
        guard start + byteCount < IndexEntry.offsetLimit else {
            throw StoreError(.limitExceeded, "a segment may hold 1 TiB at most", file: path)
        }
        if chunk.isDamaged {
            buffer.append(body)
        } else {
            header.append(body: body, at: start, salt: identity.fileSalt, to: &buffer)
        }
        try entries.append(
            IndexEntry(offset: start, byteCount: byteCount, statistics: chunk.statistics),
            of: series)
        chunkCount += 1
        sampleCount += chunk.count
        firstTime = min(firstTime, chunk.statistics.firstTime)
        lastTime = max(lastTime, chunk.statistics.lastTime)
        newestTime = chunk.statistics.lastTime
        if buffer.count >= SegmentWriter.bufferByteCountMax { try drain() }
    }

    private func begin(_ series: SeriesID, at time: Int64) throws(StoreError) {
        guard series != newestSeries else {
            // A merge copies chunks by their index entries, which may not agree with the chunks.
            guard time > newestTime else {
                throw StoreError(
                    .damaged,
                    "a chunk of series \(series.rawValue) begins at \(time), the chunk before it "
                        + "ends at \(newestTime)", file: path)
            }
            return
        }
        if let newestSeries { precondition(series > newestSeries, "series ascend in a segment") }
        newestSeries = series
        directory.begin(series, atEntry: chunkCount)
    }

    private func drain() throws(StoreError) {
        fileHash.update(buffer.rawSpan)
        do throws(StorageError) {
            try file.write(buffer, at: written)
        } catch { throw StoreError(error) }
        written += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes pages and footer, syncs the file and reads it back.
    ///
    /// - Returns: the row for the manifest, with `name` as the file's name.
    func finish(name: String) throws(StoreError) -> ManifestFile {
        precondition(chunkCount > 0, "a segment holds at least one chunk")
        let pageByteCount = IndexPage.byteCount
        buffer.append(
            contentsOf: repeatElement(
                0, count: (pageByteCount - offset % pageByteCount) % pageByteCount))
        let entryPages = offset
        let entryPageCount = try appendEntryPages()
        let directoryPages = offset
        let pages = directory.finish(entryCount: chunkCount)
        for (index, page) in pages.directory.enumerated() {
            try append(page, number: entryPageCount + index)
        }
        let rootPages = offset
        for (index, page) in pages.root.enumerated() {
            try append(page, number: entryPageCount + pages.directory.count + index)
        }
        let footer = SegmentFooter(
            entryPages: entryPages, directoryPages: directoryPages, rootPages: rootPages,
            entryPageCount: entryPageCount, directoryPageCount: pages.directory.count,
            rootPageCount: pages.root.count, chunkCount: chunkCount, sampleCount: sampleCount,
            firstLSN: identity.firstLSN, lastLSN: identity.lastLSN, firstTime: firstTime,
            lastTime: lastTime, fileID: identity.fileID, fileSalt: identity.fileSalt,
            role: identity.role)
        buffer.append(contentsOf: footer.encode())
        try drain()
        do throws(StorageError) { try file.sync() } catch { throw StoreError(error) }
        let hash = fileHash.finish()
        try compareWithDisk(hash)
        return ManifestFile(
            name: name, kind: .segment, id: identity.fileID, salt: identity.fileSalt,
            year: identity.year.number, byteCount: written, hash: hash,
            firstLSN: identity.firstLSN, lastLSN: identity.lastLSN, sampleCount: sampleCount,
            firstTime: firstTime, lastTime: lastTime,
            role: identity.role == .merged ? .merged : .flushed)
    }

    private func appendEntryPages() throws(StoreError) -> Int {
        var number = 0
        try entries.forEachPage { (firstSeries, count, items) throws(StoreError) in
            let page = IndexPage(number: number, firstSeries: firstSeries.rawValue, count: count)
            buffer.append(
                contentsOf: page.encode(
                    items: items.rawSpan, at: offset, salt: identity.fileSalt))
            number += 1
            if buffer.count >= SegmentWriter.bufferByteCountMax { try drain() }
        }
        return number
    }

    private func append(_ page: DirectoryBuilder.Page, number: Int) throws(StoreError) {
        var items: [UInt8] = []
        for item in page.numbers { items.appendLittleEndian(item) }
        let head = IndexPage(
            number: number, firstSeries: page.firstSeries, count: page.numbers.count, end: page.end)
        buffer.append(
            contentsOf: head.encode(items: items.rawSpan, at: offset, salt: identity.fileSalt))
        if buffer.count >= SegmentWriter.bufferByteCountMax { try drain() }
    }

    /// Compares what the disk returns with what was written, before a reader relies on it.
    private func compareWithDisk(_ expected: UInt64) throws(StoreError) {
        // The system would return its own copy, and a bad write of the medium would not be seen.
        file.dropCache()
        let found: UInt64
        do throws(StorageError) { found = try hashOfFile(file, byteCount: written) } catch {
            throw StoreError(error)
        }
        guard found == expected else {
            throw StoreError(
                .io, "read back with hash \(hex(found)) instead of \(hex(expected))", file: path)
        }
    }
}

/// The H64 of the first bytes of a file, seed 0, read in megabytes.
///
/// - Parameter target: gets the same bytes at the same places.
func hashOfFile(
    _ file: any StorageFile, byteCount: Int, copyingTo target: (any StorageFile)? = nil,
    checking cancellation: CancellationCheck = .none
) throws(StorageError) -> UInt64 {
    var hash = H64(seed: 0)
    var buffer: [UInt8] = []
    var position = 0
    while position < byteCount, !cancellation.isRequested {
        let count = try file.read(
            at: position, byteCount: min(1 << 20, byteCount - position), into: &buffer)
        guard count > 0 else { break }
        hash.update(buffer.rawSpan)
        try target?.write(buffer, at: position)
        position += count
    }
    return hash.finish()
}
