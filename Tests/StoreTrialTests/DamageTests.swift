import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// Damage anywhere in a small store: found, named, confined to a chunk, and never a wrong value.
@Suite("Damage") struct DamageTests {
    /// Two points, small enough to flip every byte of.
    private static let small: (disk: SimulatedDisk, truth: Truth) = {
        let storage = SimulatedStorage(seed: 11)
        let store = try! Store.open(in: storage)
        try! store.importColumns([
            0: quarterHours(40), 1: quarterHours(300, seed: 9),
        ])
        let truth = try! store.snapshot().everything()
        store.close()
        return (storage.disk, truth)
    }()

    private var small: (disk: SimulatedDisk, truth: Truth) { DamageTests.small }

    private static let paths = small.disk.files().keys.filter { !$0.hasSuffix("LOCK") }.sorted()

    /// What a damaged store answers: nothing that was not written, and a loss is told.
    @discardableResult
    private func check(
        _ storage: SimulatedStorage, _ what: String
    ) throws -> (lost: Int, series: Int, isFound: Bool) {
        let before = storage.fingerprint
        var lost = 0
        var series = 0
        let snapshot = try Snapshot.open(in: storage)
        for (index, samples) in small.truth {
            let log = DamageLog()
            guard let id = snapshot.catalog.series(of: point(index)) else {
                let isTold = snapshot.problems.contains { $0.losesSamples }
                #expect(isTold, "\(what)")
                lost += samples.count
                series += 1
                continue
            }
            let read = try snapshot.samples(of: id, in: .all, skipping: log).byTime
            for (time, sample) in read {
                #expect(samples[time] == sample, "\(what): invented a sample at \(time)")
            }
            guard read.count < samples.count else { continue }
            lost += samples.count - read.count
            series += 1
            #expect(!log.losses.isEmpty, "\(what): lost samples without a word")
        }
        let report = try snapshot.verify()
        #expect(lost == 0 || !report.isWhole, "\(what): verify saw nothing")
        let named = report.damages.filter { !$0.file.isEmpty }
        #expect(named.count == report.damages.count, "\(what)")
        #expect(storage.fingerprint == before, "\(what): reading changed the store")
        return (lost, series, !report.isWhole)
    }

    @Test("of one bit in any byte is reported and costs one chunk at most", arguments: paths)
    func everyByte(path: String) throws {
        let byteCount = small.disk.files()[path]!.count
        for offset in 0..<byteCount {
            let storage = SimulatedStorage(disk: small.disk)
            #expect(storage.flipBit(offset % 8, ofByte: offset, of: path))
            let what = "bit \(offset % 8) of byte \(offset) of \(path)"
            let found = try check(storage, what)
            #expect(found.series <= 1, "\(what): cost more than one chunk")
            #expect(found.lost <= 300, "\(what): cost more than one chunk")
            #expect(
                found.isFound || isPadding(offset, of: path),
                "\(what): not found")
        }
    }

    /// Whether a byte is one of up to seven zeros after a record, which are outside its checksum and
    /// which nothing reads.
    private func isPadding(_ offset: Int, of path: String) -> Bool {
        guard path.hasPrefix("rec/"), let bytes = small.disk.files()[path] else { return false }
        var start = FileHeader.encodedSize
        while start + RecordFrame.headerSize <= bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
            let end = start + RecordFrame.headerSize + length
            let next = (end + 7) & ~7
            if (end..<next).contains(offset) { return true }
            start = next
        }
        return false
    }

    @Test("by a cut at any length is reported and invents nothing", arguments: paths)
    func everyLength(path: String) throws {
        let byteCount = small.disk.files()[path]!.count
        for length in 0..<byteCount {
            let storage = SimulatedStorage(disk: small.disk)
            #expect(storage.cut(path, to: length))
            let found = try check(storage, "\(path) cut to \(length)")
            #expect(found.isFound, "\(path) cut to \(length): not found, lost \(found.lost)")
        }
    }

    @Test("by the loss of any file is reported, and the rest is read", arguments: paths)
    func missingFile(path: String) throws {
        let storage = SimulatedStorage(disk: small.disk)
        try storage.unlink(path)
        let found = try check(storage, "\(path) removed")
        #expect(found.isFound, "\(path) removed: not found, lost \(found.lost)")
        if path.contains("MANIFEST") || path.contains("rec/") { #expect(found.lost == 0) }
    }

    @Test("by two files that changed places is found, and no sample goes to another point or year")
    func swappedFiles() throws {
        let storage = SimulatedStorage(seed: 13)
        let store = try Store.open(in: storage)
        let border: Int64 = 1_767_225_600_000
        try store.importColumns([0: quarterHours(100, from: border - 50 * 900_000)])
        store.close()
        let segments = try storage.list(StoreLayout.segmentFolder).map { "seg/" + $0 }
        try storage.rename(segments[0], to: "tmp/other")
        try storage.rename(segments[1], to: segments[0])
        try storage.rename("tmp/other", to: segments[1])
        let snapshot = try Snapshot.open(in: storage)
        let log = DamageLog()
        #expect(try snapshot.everything(skipping: log) == [0: [:]])
        #expect(!log.losses.isEmpty)
        #expect(try !snapshot.verify().isWhole)
    }

    @Test("of a header is told from a foreign file and from a newer one")
    func headers() throws {
        let path = DamageTests.paths.first { $0.contains("seg/") }!
        let header = Array(small.disk.files()[path]![..<64])
        func problem(_ change: (inout [UInt8]) -> Void) throws -> String {
            var bytes = header
            change(&bytes)
            let storage = SimulatedStorage(disk: small.disk)
            #expect(storage.overwrite(path, at: 0, with: bytes))
            let snapshot = try Snapshot.open(in: storage)
            let damage = try #require(snapshot.problems.first { $0.file == path })
            #expect(damage.offset == 0)
            // The manifest knows what the header says: nothing is lost with it.
            #expect(try snapshot.everything() == small.truth)
            return damage.detail
        }
        #expect(try problem { $0[20] ^= 1 }.contains("checksum"))
        #expect(try problem { $0[0] = 0x50 }.contains("magic"))
        #expect(
            try problem { bytes in
                bytes[10] = 2
                let hash = H64.hash(Array(bytes[..<56]), seed: 0)
                for index in 0..<8 {
                    bytes[56 + index] = UInt8(truncatingIfNeeded: hash >> (8 * UInt64(index)))
                }
            }.contains("version 2"))
    }

    @Test("stops a read that does not collect it, with file and offset")
    func thrown() throws {
        let path = DamageTests.paths.last { $0.contains("seg/2025") }!
        let storage = SimulatedStorage(disk: small.disk)
        #expect(storage.flipBit(0, ofByte: 64 + 50, of: path))
        let snapshot = try Snapshot.open(in: storage)
        let error = #expect(throws: StoreError.self) {
            try snapshot.samples(of: snapshot.testSeries(0), in: .all)
        }
        #expect(error?.code == .damaged)
        #expect(error?.file == path)
        #expect(error?.offset == 64)
        // The other point's chunk is whole.
        #expect(
            try snapshot.samples(of: snapshot.testSeries(1), in: .all).byTime == small.truth[1])
    }

    @Test("keeps a merge from making a loss final")
    func mergeRefuses() throws {
        let storage = SimulatedStorage(seed: 12)
        var store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(100)])
        try store.importColumns([1: quarterHours(100)])
        let path = store.snapshot().segments[0].file
        store.close()
        #expect(storage.flipBit(3, ofByte: 120, of: path))
        store = try Store.open(in: storage)
        let error = #expect(throws: StoreError.self) { try store.compact() }
        #expect(error?.code == .damaged)
        #expect(error?.file == path)
        #expect(store.snapshot().segments.count == 2)
        let log = DamageLog()
        #expect(try store.snapshot().everything(skipping: log)[1]?.count == 100)
        #expect(log.losses.map(\.file) == [path])
    }
}
