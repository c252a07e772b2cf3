import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

@Suite("Store") struct StoreTests {
    @Test("keeps the last millisecond of a year and the first of the next in two files")
    func yearBorder() throws {
        let storage = SimulatedStorage(seed: 1)
        let store = try Store.open(in: storage)
        let border: Int64 = 1_767_225_600_000
        #expect(try storage.list(StoreLayout.segmentFolder).isEmpty)
        try store.importColumns([0: SampleColumns([(border, 2), (border - 1, 1)])])
        let names = try storage.list(StoreLayout.segmentFolder)
        #expect(names.count == 2)
        #expect(names[0].hasPrefix("2025-") && names[1].hasPrefix("2026-"))
        let read = try store.snapshot().samples(of: store.snapshot().testSeries(0), in: .all)
        #expect(read.times == [border - 1, border])
        #expect(read.values == [1, 2])
    }

    @Test("never changes a byte of a segment or record file up to its committed size")
    func appendOnly() throws {
        let storage = SimulatedStorage(seed: 2)
        var store = try Store.open(in: storage)
        var before = committedFiles(storage)
        for round in 0..<4 {
            for step in 0..<2 {
                let columns = quarterHours(
                    500, from: newYear2025 + Int64(round) * 200_000_000 + Int64(step),
                    seed: UInt64(round))
                try store.importColumns([round: columns, 9: columns])
            }
            if round % 2 == 1 { try store.compact() }
            let after = committedFiles(storage)
            for (path, bytes) in before {
                // A merged-away segment is gone as a whole; what is there has not changed.
                guard let now = after[path] else { continue }
                #expect(now.starts(with: bytes), "\(path) changed")
            }
            before = after
            store.close()
            store = try Store.open(in: storage)
            for (path, bytes) in committedFiles(storage) {
                #expect(bytes == before[path], "\(path) changed by reopening")
            }
        }
    }

    private func committedFiles(_ storage: SimulatedStorage) -> [String: [UInt8]] {
        storage.files.filter { $0.key.contains("seg/") || $0.key.contains("rec/") }
    }

    @Test("refuses a second writer and names the first one's process")
    func secondWriter() throws {
        let storage = SimulatedStorage(seed: 3)
        let store = try Store.open(in: storage)
        let error = #expect(throws: StoreError.self) { try Store.open(in: storage) }
        #expect(error?.code == .locked)
        #expect(error?.holder != nil)
        store.close()
        try Store.open(in: storage).close()
    }

    @Test("refuses to make a store of a folder with somebody else's files")
    func foreignFolder() throws {
        let storage = SimulatedStorage(seed: 4)
        try storage.open("letter.txt", .create).write([1], at: 0)
        let error = #expect(throws: StoreError.self) { try Store.open(in: storage) }
        #expect(error?.code == .foreign)
        #expect(error?.message.contains("letter.txt") == true)
        #expect(storage.files.count == 1)
    }

    @Test("says that there is none where nothing is")
    func noStore() throws {
        let error = #expect(throws: StoreError.self) {
            try Snapshot.open(in: SimulatedStorage(seed: 5))
        }
        #expect(error?.code == .noStore)
    }

    @Test("moves files that no manifest names to quarantine, and empties tmp")
    func unnamedFiles() throws {
        let storage = SimulatedStorage(seed: 6)
        try Store.open(in: storage).close()
        try storage.open("seg/2025-000000ff.seg", .create).write([1, 2, 3], at: 0)
        try storage.open("tmp/left.seg", .create).write([1], at: 0)
        let store = try Store.open(in: storage)
        #expect(try storage.list(StoreLayout.segmentFolder).isEmpty)
        #expect(try storage.list(StoreLayout.quarantineFolder) == ["2025-000000ff.seg"])
        #expect(try storage.list(StoreLayout.temporaryFolder).isEmpty)
        try store.importColumns([0: quarterHours(3)])
        // The number of the stranger is not given again.
        #expect(try storage.list(StoreLayout.segmentFolder) == ["2025-00000100.seg"])
    }

    @Test("keeps a snapshot readable while a merge replaces the files below it")
    func snapshotOutlivesMerge() throws {
        let storage = SimulatedStorage(seed: 7)
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(2000)])
        try store.importColumns([1: quarterHours(2000, seed: 5)])
        let old = store.snapshot()
        let expected = try old.everything()
        #expect(try store.compact() == [UTCYear(2025)])
        #expect(try old.everything() == expected)
        #expect(try store.snapshot().everything() == expected)
        #expect(store.snapshot().segments.count == 1)
        #expect(store.snapshot().segments[0].role == .merged)
    }

    @Test("flushes what is appended while an import collects, and keeps both")
    func flushDuringImport() throws {
        var options = StoreOptions()
        options.headSampleCountMax = 100
        let storage = SimulatedStorage(seed: 9)
        let store = try Store.open(in: storage, options: options)
        try store.importColumns([0: quarterHours(10)])
        let series = store.snapshot().testSeries(0)
        let bulk = try store.beginImport()
        for tick in 0..<500 {
            var batch = SampleBatch()
            batch.append(series, time: newYear2025 + 1 + Int64(tick) * 1000, value: Double(tick))
            _ = try store.append(batch)
        }
        #expect(store.snapshot().segments.count > 1)
        try bulk.append(quarterHours(2000, seed: 5), to: series)
        _ = try bulk.commit()
        #expect(store.snapshot().sampleCount == 2500)
        store.close()
        #expect(try Snapshot.open(in: storage).everything()[0]?.count == 2500)
    }

    @Test("takes one import at a time, and gives the turn back when one is cancelled")
    func oneImport() throws {
        let store = try Store.open(in: SimulatedStorage(seed: 8))
        let first = try store.beginImport()
        let error = #expect(throws: StoreError.self) { try store.beginImport() }
        #expect(error?.code == .busy)
        first.cancel()
        try store.beginImport().cancel()
        store.close()
        #expect(throws: StoreError.self) { try store.beginImport() }
    }

    @Test("never changes a byte of the log behind which it writes")
    func appendOnlyLog() throws {
        let storage = SimulatedStorage(seed: 9)
        let store = try Store.open(in: storage)
        let series = try store.define([
            PointDefinition(
                address: point(0), deviceName: "dev",
                version: PointVersion(
                    name: "p0", unit: "", dataType: .analog,
                    validFrom: Timestamp(milliseconds: 0)))
        ])
        var before: [UInt8] = []
        for tick in 0..<30 {
            var batch = SampleBatch()
            batch.append(
                series[0], time: newYear2025 + Int64(tick) * 1000, value: Double(tick) / 3)
            _ = try store.append(batch)
            let log = try #require(storage.files.first { $0.key.contains("log/") }?.value)
            // What was reserved and not written yet is zeros.
            let written = (log.lastIndex { $0 != 0 } ?? 0) + 1
            #expect(log.starts(with: before))
            #expect(written > before.count)
            before = Array(log[..<written])
        }
    }

    @Test("opens with the same reads, whatever the number of samples")
    func openingDoesNotGrow() throws {
        func reads(_ sampleCount: Int) throws -> [Int] {
            let storage = SimulatedStorage(seed: 10)
            let store = try Store.open(in: storage)
            try store.importColumns([0: quarterHours(sampleCount, from: newYear2025)])
            store.close()
            let before = storage.trace.count
            _ = try Snapshot.open(in: storage)
            return storage.trace[before...].filter { "\($0.kind)" == "read" }.map(\.byteCount)
                .filter { $0 != 512 }
        }
        let few = try reads(100)
        let many = try reads(30_000)
        #expect(few.count > 3)
        #expect(few.count == many.count)
        // The manifest's numbers have more digits; nothing else is longer.
        #expect(zip(few, many).allSatisfy { abs($0 - $1) < 64 })
    }

    @Test("maps the pages of a segment read-only")
    func maps() throws {
        try withTemporaryFolder { folder in
            let store = try Store.open(at: folder + "/s")
            try store.importColumns([0: quarterHours(100)])
            _ = try store.snapshot().everything()
            let maps = try readAll("/proc/self/maps")
                .split(separator: "\n").filter { $0.contains(".seg") }
            #expect(!maps.isEmpty)
            let writable = maps.filter { !$0.contains(" r--") }
            #expect(writable.isEmpty)
        }
    }
}
