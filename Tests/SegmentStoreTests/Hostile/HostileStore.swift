import ColumnCodec
import DurableFiles
import Foundation
import TestSupport
import TimeSeriesModel

@testable import SegmentStore

/// A small store with every kind of file, whose fields a test changes under right checksums.
///
/// Anybody can compute H64, so a right checksum proves nothing about who wrote a file: whatever
/// the fields say, reading ends in an error or in an answer.
struct HostileStore {
    private(set) var disk: SimulatedDisk
    private(set) var files: [String: [UInt8]]

    /// Two years of three points, merged and flushed segments, catalog, journal, and a log that
    /// was not flushed: samples, a definition and an entry of the journal.
    static let base = make(longCount: 1100)

    /// The same with a series of two chunks.
    static let larger = make(longCount: 8200)

    private static func make(longCount: Int) -> HostileStore {
        let storage = SimulatedStorage(seed: 17)
        let store = try! Store.open(in: storage, options: options)
        let border: Int64 = 1_767_225_600_000
        try! store.importColumns([
            0: columns(60, from: border - 30 * 900_000), 1: columns(20, from: newYear2025),
            2: columns(longCount, from: newYear2025, step: 60_000),
        ])
        try! store.record([JournalEntry(.gap, at: Timestamp(rawValue: border), "{}")])
        let series = store.snapshot().testSeries(0)
        try! append(40, from: border + 40 * 900_000, to: series, in: store)
        try! store.flush()
        try! append(30, from: border + 20 * 900_000, to: series, in: store)
        try! store.updateCatalog { (catalog, change) throws(StoreError) in
            try catalog.setDocument(
                Array("{}".utf8), for: "device/1", validFrom: Timestamp(rawValue: 0), into: &change)
        }
        try! store.record([JournalEntry(.event, at: Timestamp(rawValue: border), "{\"a\":1}")])
        let disk = storage.disk
        return HostileStore(disk: disk, files: disk.files())
    }

    static var options: StoreOptions {
        var options = StoreOptions()
        options.logFileByteCount = 8192
        return options
    }

    static func columns(_ count: Int, from start: Int64, step: Int64 = 900_000) -> SampleColumns {
        SampleColumns((0..<count).map { (start + Int64($0) * step, Double($0 % 37) / 10) })
    }

    static func append(
        _ count: Int, from start: Int64, to series: SeriesID, in store: Store
    ) throws {
        let added = columns(count, from: start)
        var batch = SampleBatch()
        for index in 0..<count {
            batch.append(series, time: added.times[index], value: added.values[index])
        }
        _ = try store.append(batch)
    }

    /// A machine with these files.
    func storage() -> SimulatedStorage {
        let storage = SimulatedStorage(disk: disk)
        for (path, bytes) in files where bytes != disk.files()[path] {
            storage.cut(path, to: 0)
            storage.overwrite(path, at: 0, with: bytes)
        }
        return storage
    }

    func paths(_ kind: FileKind) -> [String] {
        files.keys.filter { StoreFile(path: $0)?.kind == kind }.sorted()
    }
}

// MARK: - Manifest

extension HostileStore {
    var manifest: Manifest {
        try! Manifest(decoding: files[StoreLayout.manifest]!, file: StoreLayout.manifest)
    }

    /// The lines of the manifest, without the seal.
    var manifestText: String {
        get {
            let text = String(decoding: files[StoreLayout.manifest]!, as: UTF8.self)
            return String(text[..<text.range(of: "h64=")!.lowerBound])
        }
        set {
            let sealed = ManifestSeal.seal(Array(newValue.utf8))
            for name in StoreLayout.manifests { files[name] = sealed }
        }
    }

    /// Changes a number of the manifest, wherever it is, for example `"byte_count": 4096`.
    mutating func replace(_ old: String, by new: String) {
        precondition(manifestText.contains(old), "\(old) is in the manifest")
        manifestText = manifestText.replacing(old, with: new)
    }

    /// Makes the row of a file fit its bytes again: size, and hash if it has one.
    mutating func reseal(rowOf path: String) {
        let row = manifest.files.first { $0.name == path }!
        let bytes = files[path]!
        var lines = manifestText.split(separator: "\n", omittingEmptySubsequences: false)
        let index = lines.firstIndex { $0.contains(path) }!
        var line = String(lines[index])
        line = line.replacing(
            "\"byte_count\": \(row.byteCount)", with: "\"byte_count\": \(bytes.count)")
        if let hash = row.hash {
            line = line.replacing(hash.hexText, with: H64.hash(bytes, seed: 0).hexText)
        }
        lines[index] = line[...]
        manifestText = lines.joined(separator: "\n")
    }
}

// MARK: - Files

extension HostileStore {
    func salt(of path: String) -> UInt64 {
        try! FileHeader(decoding: files[path]!, file: path).fileSalt
    }

    /// Changes bytes of a file that no checksum covers afterwards: the caller seals them.
    mutating func change(_ path: String, _ body: (inout [UInt8]) -> Void) {
        body(&files[path]!)
        if StoreFile(path: path)?.kind != .log { reseal(rowOf: path) }
    }

    /// Changes the 56 sealed bytes of a file's header, of both in a log.
    mutating func changeHeader(_ path: String, _ body: (inout [UInt8]) -> Void) {
        change(path) { bytes in
            var header = Array(bytes[..<56])
            body(&header)
            header.appendLittleEndian(H64.hash(header, seed: 0))
            let starts = path.hasPrefix("log/") ? [0, FileHeader.logCopyOffset] : [0]
            for start in starts { bytes.replaceSubrange(start..<start + 64, with: header) }
        }
    }

    /// The frames of a record file and where each begins.
    func frames(_ path: String) -> [LocatedFrame] {
        let kind = StoreFile(path: path)!.kind
        var scanner = RecordScanner(
            files[path]!, from: kind.contentOffset, salt: salt(of: path), file: path)
        var frames: [LocatedFrame] = []
        while case .frame(let found)? = try! scanner.next() { frames.append(found) }
        return frames
    }

    /// Writes other frames into a record file, each sealed for its new place.
    mutating func setFrames(_ frames: [RecordFrame], of path: String) {
        let kind = StoreFile(path: path)!.kind
        let salt = salt(of: path)
        change(path) { bytes in
            let byteCount = bytes.count
            bytes.removeSubrange(kind.contentOffset...)
            for frame in frames where !frame.payload.isEmpty {
                frame.append(to: &bytes, at: bytes.count, salt: salt)
            }
            if kind == .log, bytes.count < byteCount {
                bytes += repeatElement(0, count: byteCount - bytes.count)
            }
        }
    }

    /// Changes the first 120 bytes of a segment's footer.
    mutating func changeFooter(_ path: String, _ body: (inout [UInt8]) -> Void) {
        change(path) { bytes in
            var footer = Array(bytes.suffix(SegmentFooter.encodedSize).prefix(120))
            body(&footer)
            footer.appendLittleEndian(H64.hash(footer, seed: 0))
            bytes.replaceSubrange((bytes.count - SegmentFooter.encodedSize)..., with: footer)
        }
    }

    func footer(of path: String) -> SegmentFooter {
        let bytes = Array(files[path]!.suffix(SegmentFooter.encodedSize))
        return try! SegmentFooter(decoding: bytes.rawSpan)
    }

    /// Changes bytes 8...4,095 of an index page; offsets count from the page's beginning.
    mutating func changePage(_ number: Int, of path: String, _ body: (inout [UInt8]) -> Void) {
        let salt = salt(of: path)
        let offset = footer(of: path).entryPages + number * IndexPage.byteCount
        change(path) { bytes in
            var page = Array(bytes[offset..<offset + IndexPage.byteCount])
            body(&page)
            let hash = H64.hash(
                page.rawSpan.extracting(8..<page.count), seed: salt &+ UInt64(offset))
            page.store(hash, at: 0)
            bytes.replaceSubrange(offset..<offset + IndexPage.byteCount, with: page)
        }
    }

    /// The entries of a segment in their order, and the series of each.
    func entries(of path: String) -> [(entry: IndexEntry, series: SeriesID)] {
        let storage = self.storage()
        let row = manifest.files.first { $0.name == path }!
        let segment = try! Segment.open(row, in: storage)
        return try! segment.allEntries().flatMap { item in
            try segment.entries(of: item.series).map { (entry: $0, series: item.series) }
        }
    }

    /// Changes an entry of the index; offsets count from the entry's beginning.
    mutating func changeEntry(_ ordinal: Int, of path: String, _ body: (inout [UInt8]) -> Void) {
        let start =
            IndexPage.headByteCount + ordinal % IndexPage.entryCapacity * IndexEntry.encodedSize
        let sealedEnd = start + IndexEntry.encodedSize - 8
        let series = entries(of: path)[ordinal].series
        let seed = IndexEntry.seed(salt: salt(of: path), series: series, ordinal: ordinal)
        changePage(ordinal / IndexPage.entryCapacity, of: path) { page in
            var entry = Array(page[start..<sealedEnd])
            body(&entry)
            page.replaceSubrange(start..<sealedEnd, with: entry)
            page.store(H64.hash(entry, seed: seed), at: sealedEnd)
        }
    }

    /// Changes a chunk: its first 32 bytes and its body. Frames keep the checksums of their bytes.
    mutating func changeChunk(_ ordinal: Int, of path: String, _ body: (inout [UInt8]) -> Void) {
        let entry = entries(of: path)[ordinal].entry
        let salt = salt(of: path)
        change(path) { bytes in
            var chunk = Array(bytes[entry.offset..<entry.offset + entry.byteCount])
            let header = try! ChunkHeader(decoding: chunk.rawSpan)
            let frames = HostileStore.sealedFrames(of: chunk, header)
            body(&chunk)
            for frame in frames {
                let hash = H64.hash(chunk.rawSpan.extracting(frame.bytes), seed: 0)
                chunk.store(UInt32(truncatingIfNeeded: hash), at: frame.checksum)
            }
            var hash = H64(seed: salt &+ UInt64(entry.offset))
            hash.update(chunk.rawSpan.extracting(0..<32))
            hash.update(chunk.rawSpan.extracting(header.body))
            chunk.store(hash.finish(), at: 32)
            bytes.replaceSubrange(entry.offset..<entry.offset + entry.byteCount, with: chunk)
        }
    }

    /// The frames of an intact chunk that have bytes, and the place of each one's checksum.
    private static func sealedFrames(
        of chunk: [UInt8], _ header: ChunkHeader
    ) -> [(bytes: Range<Int>, checksum: Int)] {
        let start = ChunkHeader.encodedSize
        let layout = try! ChunkLayout(
            parsing: chunk.rawSpan.extracting(header.body), bodyByteCount: header.bodyByteCount,
            count: header.count, firstTime: header.firstTime)
        return (0..<layout.frameCount).compactMap { frame in
            let range = layout.bytes(ofFrame: frame)
            guard !range.isEmpty else { return nil }
            let bytes = range.lowerBound + start..<range.upperBound + start
            let sealed = UInt32(
                truncatingIfNeeded: H64.hash(chunk.rawSpan.extracting(bytes), seed: 0))
            let place = (start..<start + layout.headByteCount - 3).first {
                (try? chunk.rawSpan.loadLittleEndian(UInt32.self, at: $0)) == sealed
            }
            return (bytes, place!)
        }
    }
}

extension [UInt8] {
    /// Writes a number at a place, little-endian.
    mutating func store(_ number: some FixedWidthInteger, at offset: Int) {
        for byte in 0..<number.bitWidth / 8 {
            self[offset + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte))
        }
    }
}
