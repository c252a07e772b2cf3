import ColumnCodec
import DurableFiles
import Foundation
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

/// Log files that a crash, a bad disk or a stranger left.
@Suite("Log files") struct LogFileTests {
    private func count(_ snapshot: Snapshot) throws -> Int {
        try snapshot.everything().values.reduce(0) { $0 + $1.count }
    }

    /// A batch larger than a log file got a file with a later number than the one that lay ready,
    /// which was used after it: the reader took the files by number and missed what followed.
    @Test("are read in the order in which they were written, also after a batch of unusual size")
    func unusualBatch() throws {
        let storage = SimulatedStorage(seed: 1)
        let store = try Store.open(in: storage, options: HostileStore.options)
        let series = try define(store)
        try HostileStore.append(3, from: newYear2025, to: series, in: store)
        try HostileStore.append(2000, from: newYear2025 + 3 * 900_000, to: series, in: store)
        // Until its file is full, and the file that lay ready is used.
        for batch in 0..<15 {
            let start = newYear2025 + Int64(2003 + batch * 250) * 900_000
            try HostileStore.append(250, from: start, to: series, in: store)
        }
        #expect(try storage.list("log").count > 3)
        #expect(try count(Snapshot.open(in: storage)) == 2003 + 15 * 250)
        let again = try Store.open(in: storage.kill(), options: HostileStore.options)
        #expect(try count(again.snapshot()) == 2003 + 15 * 250)
    }

    private func define(_ store: Store) throws -> SeriesID {
        try store.define([
            PointDefinition(
                address: point(0), deviceName: "dev",
                version: PointVersion(
                    name: "p", unit: "", dataType: .analog, validFrom: Timestamp(rawValue: 0)))
        ])[0]
    }

    /// A store of 20 samples in a segment and 5 in the log, and the log file that was flushed, put
    /// back as a crash before its unlinking leaves it.
    private func storeWithFlushedLog() throws -> (SimulatedStorage, flushed: String, log: String) {
        let storage = SimulatedStorage(seed: 2)
        let store = try Store.open(in: storage, options: HostileStore.options)
        let series = try define(store)
        try HostileStore.append(20, from: newYear2025, to: series, in: store)
        let name = try storage.list("log")[0]
        let bytes = storage.files["log/" + name]!
        try store.flush()
        try HostileStore.append(5, from: newYear2025 + 20 * 900_000, to: series, in: store)
        let file = try storage.open("log/" + name, .create)
        try file.write(bytes, at: 0)
        let other = try storage.list("log").first { $0 != name }!
        return (storage.kill(), "log/" + name, "log/" + other)
    }

    /// Neither header of a log file could be read: the store refused to open, although every record
    /// of the file was in segments.
    @Test("with damaged headers cost nothing if their records are flushed, and are put aside")
    func flushedWithoutHeaders() throws {
        let (storage, flushed, _) = try storeWithFlushedLog()
        storage.overwrite(flushed, at: 0, with: [UInt8](repeating: 0, count: 1024))
        let reader = try Snapshot.open(in: storage)
        #expect(try count(reader) == 25)
        let damage = try #require(reader.problems.first { $0.file == flushed })
        #expect(damage.reason == .badHeader && !damage.losesSamples)
        let store = try Store.open(in: storage)
        #expect(try count(store.snapshot()) == 25)
        let name = String(flushed.dropFirst("log/".count))
        #expect(try storage.list(StoreLayout.quarantineFolder).contains(name))
        store.close()
        #expect(try Snapshot.open(in: storage).verify(deep: true).isWhole)
    }

    @Test("with damaged headers are read if the salt is left in one of them")
    func saltIsLeft() throws {
        let (storage, flushed, log) = try storeWithFlushedLog()
        for path in [flushed, log] {
            storage.flipBit(3, ofByte: 9, of: path)
            storage.overwrite(path, at: 512, with: [UInt8](repeating: 0xAA, count: 64))
        }
        let store = try Store.open(in: storage)
        #expect(try count(store.snapshot()) == 25)
    }

    @Test("with damaged headers stop the writer if a record of theirs may be needed")
    func neededWithoutHeaders() throws {
        let (storage, _, log) = try storeWithFlushedLog()
        storage.overwrite(log, at: 0, with: [UInt8](repeating: 0, count: 1024))
        let error = #expect(throws: StoreError.self) { try Store.open(in: storage) }
        #expect(error?.code == .damaged && error?.file == log)
        #expect(try Snapshot.open(in: storage).problems.contains(where: \.losesSamples))
    }

    @Test("of another store are not read, whatever their headers say")
    func otherStore() throws {
        let (storage, flushed, log) = try storeWithFlushedLog()
        var header = Array(storage.files[log]![..<56])
        header.store(UInt64(77), at: 32)
        header.appendLittleEndian(H64.hash(header, seed: 0))
        for start in [0, 512] { storage.overwrite(log, at: start, with: header) }
        try storage.unlink(flushed)
        #expect(throws: StoreError.self) { try Store.open(in: storage) }
        #expect(try count(Snapshot.open(in: storage)) == 20)
    }

    /// A log file was read whole, whatever its length: a sparse file of a terabyte, which takes no
    /// space on disk, took a terabyte of memory.
    @Test("that are sparse are read without memory for their holes")
    func sparse() throws {
        try withTemporaryFolder { folder in
            let storage = try PosixStorage.create(root: folder + "/store")
            let store = try Store.open(in: storage, options: HostileStore.options)
            let series = try define(store)
            try HostileStore.append(20, from: newYear2025, to: series, in: store)
            let log = "log/" + (try storage.list("log")[0])
            let file = try storage.open(log, .write)
            let end = 1 << 40
            try file.truncate(to: end)
            guard file.nextData(from: 1 << 30) == nil else { return }
            let peak = peakByteCount()
            #expect(try count(Snapshot.open(in: storage)) == 20)
            // Records after a hole are found: what the writer wrote there is not lost.
            let header = try FileHeader.decodeLog(file.read(at: 0, byteCount: 1024), file: log)
            let frame = RecordFrame(type: .hole, lsn: 3, payload: [0])
            try file.write(
                frame.encode(at: end - 1 << 20, salt: header.header.fileSalt), at: end - 1 << 20)
            let manifest = try ManifestStore.read(from: storage).manifest
            #expect(try LogReader.read(storage, manifest).frames.map(\.lsn) == [1, 2, 3])
            #expect(peakByteCount() - peak < 1 << 30)
            store.close()
        }
    }

    /// The most memory that this process ever had.
    private func peakByteCount() -> Int {
        let status = (try? readAll("/proc/self/status")) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let number = line?.split(whereSeparator: { !$0.isNumber }).first
        return number.flatMap { Int($0) }.map { $0 << 10 } ?? 0
    }
}

@Suite("SegmentWriter") struct SegmentReadBackTests {
    /// What was compared came from the system's own copy in memory: a bad write of the medium was
    /// found by nobody before the log was gone.
    @Test("drops the system's copy between the sync and the reading back")
    func readBack() throws {
        let storage = SimulatedStorage(seed: 1)
        let store = try Store.open(in: storage)
        try store.importColumns([0: HostileStore.columns(500, from: newYear2025)])
        let calls = storage.trace.filter { $0.path.hasPrefix("tmp/") && $0.path.hasSuffix(".seg") }
            .map(\.kind)
        let sync = try #require(calls.firstIndex(of: .sync))
        let drop = try #require(calls.firstIndex(of: .dropCache))
        let read = try #require(calls.firstIndex(of: .read))
        #expect(sync < drop && drop < read)
    }
}
