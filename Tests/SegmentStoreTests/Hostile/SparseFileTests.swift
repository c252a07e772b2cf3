import DurableFiles
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

/// A sparse file of a terabyte takes no space on disk. Log, catalog and journal files were read whole,
/// whatever their length: such a file took a terabyte of memory.
@Suite("Sparse files") struct SparseFileTests {
    private static let length = 1 << 40

    /// What was asked for in reads of files.
    private struct Reads {
        var largest = 0
        var total = 0
    }

    /// Makes a store with two years of segments, catalog, journal and a log of 20 samples, on the
    /// system's disk.
    private func withStore(_ body: (PosixStorage) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let storage = try PosixStorage.create(root: folder + "/store")
            let store = try Store.open(in: storage)
            try store.importColumns([0: HostileStore.columns(50, from: newYear2025)])
            try store.record([JournalEntry(.gap, at: Timestamp(rawValue: newYear2025), "{}")])
            try store.flush()
            try HostileStore.append(
                20, from: newYear2025 + 50 * 900_000, to: store.snapshot().testSeries(0),
                in: store)
            // Without a close, which would flush.
            try withExtendedLifetime(store) { try body(storage) }
        }
    }

    /// Makes a file very long, and its row of the manifest too.
    private func stretch(_ path: String, in storage: PosixStorage) throws {
        let file = try storage.open(path, .write)
        try file.truncate(to: Self.length)
        file.close()
        guard StoreFile(path: path) != nil else { return }
        var manifest = try ManifestStore.read(from: storage).manifest
        guard let index = manifest.files.firstIndex(where: { $0.name == path }) else { return }
        manifest.files[index].byteCount = Self.length
        if manifest.files[index].kind != .segment { manifest.files[index].hash = nil }
        manifest.generation += 1
        try ManifestStore.publish(manifest, to: storage)
    }

    /// Counts the bytes that reads ask for, and compares them with what a usual store needs.
    private func expectFewReads<Result>(
        in storage: PosixStorage, _ body: (WatchedStorage) throws -> Result
    ) rethrows -> Result {
        let reads = Guarded(Reads())
        let watched = WatchedStorage(storage) { _, _, byteCount in
            reads.withLock {
                $0.largest = max($0.largest, byteCount)
                $0.total += byteCount
            }
        }
        let result = try body(watched)
        let found = reads.withLock { $0 }
        #expect(found.largest <= RecordFileReader.frameByteCountMax)
        // A log that seems to be damaged is read twenty times.
        #expect(found.total <= 256 << 20)
        return result
    }

    private func count(_ snapshot: Snapshot) throws -> Int {
        try snapshot.everything(skipping: DamageLog()).values.reduce(0) { $0 + $1.count }
    }

    @Test("of the log are read without memory for their holes, and with what follows them")
    func log() throws {
        try withStore { storage in
            let path = "log/" + (try storage.list("log")[0])
            try stretch(path, in: storage)
            let mark = try expectFewReads(in: storage) { watched in
                let snapshot = try Snapshot.open(in: watched)
                #expect(try count(snapshot) == 70)
                #expect(try snapshot.refreshed() === snapshot)
                return snapshot
            }
            let file = try storage.open(path, .write)
            let header = try FileHeader.decodeLog(file.read(at: 0, byteCount: 1024), file: path)
            let next = mark.position + 1
            let place = Self.length - 1 << 20
            try file.write(
                RecordFrame(type: .hole, lsn: next, payload: [0])
                    .encode(at: place, salt: header.header.fileSalt), at: place)
            let last = try expectFewReads(in: storage) { watched in
                let manifest = try ManifestStore.read(from: watched).manifest
                return try LogReader.read(watched, manifest).frames.last?.lsn
            }
            #expect(last == next)
        }
    }

    @Test("of the log with unreadable headers are refused by what they contain")
    func logWithoutHeader() throws {
        try withStore { storage in
            let path = "log/" + (try storage.list("log")[0])
            try stretch(path, in: storage)
            let file = try storage.open(path, .write)
            try file.write([UInt8](repeating: 0, count: 1024), at: 0)
            try expectFewReads(in: storage) { watched in
                let snapshot = try Snapshot.open(in: watched)
                #expect(try count(snapshot) == 50)
                #expect(snapshot.problems.contains { $0.reason == .badLog && $0.losesSamples })
            }
        }
    }

    @Test(
        "of the catalog and the journal cost what they contain",
        arguments: [
            FileKind.catalog, .journal,
        ])
    func records(kind: FileKind) throws {
        try withStore { storage in
            let rows = try ManifestStore.read(from: storage).manifest.files
            for row in rows where row.kind == kind { try stretch(row.name, in: storage) }
            try expectFewReads(in: storage) { watched in
                let snapshot = try Snapshot.open(in: watched)
                #expect(try count(snapshot) == 70)
                let log = DamageLog()
                #expect(try snapshot.journal(in: .all, reportingTo: log).count == 1)
                let damages = snapshot.problems + log.damages
                #expect(damages.contains { $0.file.hasPrefix("rec/\(kind.name)") })
            }
        }
    }

    @Test("of a segment are searched for chunks without a look at their holes")
    func segment() throws {
        try withStore { storage in
            let rows = try ManifestStore.read(from: storage).manifest.files
            let row = try #require(rows.first { $0.kind == .segment })
            try stretch(row.name, in: storage)
            // The footer is no longer at the end.
            let found = try expectFewReads(in: storage) { watched in
                try count(Snapshot.open(in: watched))
            }
            #expect(found == 70)
        }
    }

    @Test("that are called manifest are none")
    func manifest() throws {
        try withStore { storage in
            for name in StoreLayout.manifests { try stretch(name, in: storage) }
            let code: StoreError.Code? = expectFewReads(in: storage) { watched in
                do throws(StoreError) {
                    _ = try Snapshot.open(in: watched)
                    return nil
                } catch { return error.code }
            }
            #expect(code == .damaged)
        }
    }
}
