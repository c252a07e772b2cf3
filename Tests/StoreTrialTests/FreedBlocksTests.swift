import ColumnCodec
import DurableFiles
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// On ext4 with `data=writeback`, the blocks of a deleted file may hold another file before the
/// deletion is durable. A power cut then brought the name of a log back whose samples were in a
/// segment, with the bytes of that segment in it: `verify` reported `bad_header` and exited with 1, and
/// with both headers overwritten the store refused to open, although nothing was lost.
@Suite("Blocks of deleted files") struct FreedBlocksTests {
    /// What may be in the blocks of a deleted log.
    enum Content: CaseIterable {
        case untouched, zeros, noise, segment, otherLog, secondHeaderOverwritten, shorter

        func apply(to path: String, in storage: SimulatedStorage, segment: [UInt8]) throws {
            let old = try #require(storage.disk.files()[path])
            switch self {
            case .untouched: break
            case .zeros:
                storage.overwrite(path, at: 0, with: [UInt8](repeating: 0, count: old.count))
            case .noise:
                var random = SplitMix64(seed: 5)
                let noise = old.map { _ in UInt8.random(in: 0...255, using: &random) }
                storage.overwrite(path, at: 0, with: noise)
            case .segment: storage.overwrite(path, at: 0, with: segment)
            case .otherLog:
                let id = FileID(0xABCDEF)
                let header = FileHeader(
                    kind: .log, fileID: id, fileSalt: 7, storeID: try storeID(of: old), firstLSN: 0)
                let frame = RecordFrame(type: .samples, lsn: 2, payload: [1, 2, 3])
                var bytes = header.encodePrefix()
                frame.append(to: &bytes, at: bytes.count, salt: 7)
                storage.overwrite(path, at: 0, with: bytes)
            case .secondHeaderOverwritten:
                storage.overwrite(path, at: 512, with: Array(segment.prefix(512)))
            case .shorter: storage.cut(path, to: 100)
            }
        }

        private func storeID(of log: [UInt8]) throws -> UInt64 {
            try FileHeader(decoding: log, file: "log").storeID
        }

        /// Whether the bytes are still those of the log, or say nothing at all.
        var isKnown: Bool {
            switch self {
            case .untouched, .zeros, .secondHeaderOverwritten, .shorter: true
            case .noise, .segment, .otherLog: false
            }
        }
    }

    @Test("do no harm in a log whose samples are in segments", arguments: Content.allCases)
    func returnedLog(content: Content) throws {
        let storage = SimulatedStorage(seed: 3)
        var options = StoreOptions()
        options.logFileByteCount = 60_000
        let store = try Store.open(in: storage, options: options)
        let series = try StoreTrace.define(store)
        var batch = SampleBatch()
        for tick in 0..<40 { batch.append(series[0], time: newYear2025 + Int64(tick), value: 1) }
        _ = try store.append(batch)
        let log = try #require(try storage.list("log").first.map { "log/" + $0 })
        try store.flush()
        #expect(try !storage.exists(log))

        // The flush is durable, the deletion of the log is not.
        let after = storage.crash(.nothing)
        let segment = try #require(after.disk.files().first { $0.key.hasPrefix("seg/") }).value
        #expect(try after.exists(log))
        try content.apply(to: log, in: after, segment: segment)
        let before = after.fingerprint
        let reader = try Snapshot.open(in: after)
        #expect(reader.sampleCount == 40)
        #expect(try reader.verify(deep: true).damages == [])
        #expect(after.fingerprint == before)

        let again = try Store.open(in: after, options: options)
        #expect(again.snapshot().sampleCount == 40)
        batch = SampleBatch()
        batch.append(series[1], time: newYear2025, value: 2)
        _ = try again.append(batch)
        again.close()
        #expect(try after.list("log") == [])
        #expect(try after.list("quarantine").isEmpty == content.isKnown)
        let last = try Snapshot.open(in: after)
        #expect(try last.verify(deep: true).isWhole)
        #expect(try last.everything()[0]?.count == 40)
    }

    @Test("do not hide damage of a log that is needed", arguments: [0, 1])
    func neededLog(flushes: Int) throws {
        let storage = SimulatedStorage(seed: 4)
        let store = try Store.open(in: storage)
        let series = try StoreTrace.define(store)
        for tick in 0...flushes {
            var batch = SampleBatch()
            batch.append(series[0], time: newYear2025 + Int64(tick), value: 1)
            _ = try store.append(batch)
            if tick < flushes { try store.flush() }
        }
        let after = storage.crash(.everything)
        let log = try #require(try after.list("log").first.map { "log/" + $0 })
        for offset in [0, 512] {
            after.overwrite(log, at: offset, with: [UInt8](repeating: 7, count: 64))
        }
        let found = try Snapshot.open(in: after).verify(deep: true)
        #expect(found.damages.contains { $0.file == log && $0.losesSamples })
        let error = #expect(throws: StoreError.self) { try Store.open(in: after) }
        #expect(error?.code == .damaged)
        #expect(try after.exists(log))
    }

    @Test("lose no manifest and no sample, wherever the power is cut")
    func everyOperation() throws {
        let storage = SimulatedStorage(seed: 8)
        let images = Mutex<[(disk: SimulatedDisk, count: Int)]>([])
        let acknowledged = Mutex(0)
        storage.onOperation { operation, disk in
            guard operation.kind.isChange else { return nil }
            let count = acknowledged.withLock { $0 }
            images.withLock { $0.append((disk, count)) }
            return nil
        }
        let store = try Store.open(in: storage, options: StoreTrace.options)
        let series = try StoreTrace.define(store)
        let start = images.withLock { $0.count }
        for tick in 0..<12 {
            var batch = SampleBatch()
            for (place, id) in series.enumerated() {
                batch.append(id, time: newYear2025 + Int64(tick), value: Double(place))
            }
            _ = try store.append(batch)
            acknowledged.withLock { $0 += series.count }
            if tick % 3 == 2 { try store.flush() }
            // Another program writes on whatever blocks are free.
            let other = try storage.view(root: "other").open("\(tick)", .create)
            try other.write([UInt8](repeating: UInt8(tick), count: 5000), at: 0)
        }
        store.close()
        var random = SplitMix64(seed: 9)
        var overwritten = 0
        for (disk, count) in images.withLock({ $0.dropFirst(start) }) {
            for _ in 0..<4 {
                let seed = random.next()
                let after = SimulatedStorage(disk: disk.afterCrash(.random(seed)))
                let verified = try Snapshot.open(in: after).verify()
                #expect(verified.isWhole, "seed \(seed): \(verified.damages)")
                let again = try Store.open(in: after, options: StoreTrace.options)
                let found = again.snapshot().sampleCount
                #expect(found >= count && found <= count + series.count, "seed \(seed)")
                again.close()
                #expect(try Snapshot.open(in: after).verify().isWhole, "seed \(seed)")
                overwritten +=
                    try after.list("quarantine").contains { $0.hasSuffix(".log") } ? 1 : 0
            }
        }
        // Without files that came back with other bytes, the trial would show nothing.
        #expect(overwritten > 2)
    }
}
