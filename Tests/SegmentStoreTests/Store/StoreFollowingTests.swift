import DurableFiles
import Glibc
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// What a layer above needs to keep up with a store without reading it anew.
@Suite("Following a store") struct StoreFollowingTests {
    private let storage = SimulatedStorage(seed: 3)

    private func define(_ store: Store, _ count: Int = 3) throws -> [SeriesID] {
        try store.define(
            (0..<count).map {
                PointDefinition(
                    address: point($0), deviceName: "dev",
                    version: PointVersion(
                        name: "p\($0)", unit: "", dataType: .analog,
                        validFrom: Timestamp(rawValue: 0)))
            })
    }

    private func batch(_ samples: [(SeriesID, Int64, Double)]) -> SampleBatch {
        var batch = SampleBatch()
        for sample in samples {
            batch.append(sample.0, time: newYear2025 + sample.1, value: sample.2)
        }
        return batch
    }

    @Test("notes each sample that is not simply the newest, and nothing of a plain tick")
    func notes() throws {
        let store = try Store.open(in: storage)
        let series = try define(store)
        let plain = try store.append(batch(series.map { ($0, 1000, 1) }))
        #expect(plain.notes.isEmpty)
        let mixed = try store.append(
            batch([
                (series[0], 1000, 1), (series[1], 1000, 2), (series[2], 500, 3),
                (series[0], 2000, 4),
            ]))
        #expect(mixed.notes.map(\.index) == [0, 1, 2])
        #expect(mixed.notes.map(\.kind) == [.duplicate, .replaced, .late])
        let kept = try store.append(batch([(series[1], 1000, 9)]), onConflict: .keep)
        #expect(kept.notes.map(\.kind) == [.kept])
        // The newest of its year, yet behind a sample of a later year.
        let older = try store.append(batch([(series[0], -86_400_000, 5)]))
        #expect(older.stored == 1 && older.notes.map(\.kind) == [.late])
    }

    @Test("tells of committed batches in order, with what of them was written")
    func commits() throws {
        let seen = Mutex<[CommittedBatch]>([])
        var options = StoreOptions()
        options.onCommit = { batch in seen.withLock { $0.append(batch) } }
        let store = try Store.open(in: storage, options: options)
        let series = try define(store)
        let first = try store.append(batch([(series[0], 0, 1), (series[1], 0, 1)]))
        _ = try store.append(batch([(series[0], 0, 1)]))
        let third = try store.append(batch([(series[0], 0, 1), (series[1], 0, 2)]))
        let all = seen.withLock { $0 }
        #expect(all.map(\.position) == [first.position, third.position])
        #expect(all.map(\.places) == [[0, 1], [1]])
    }

    @Test("reads on in the journal of a year from where it was, over flushes and new files")
    func cursor() throws {
        let store = try Store.open(in: storage)
        var cursors = [JournalCursor(year: 2024), JournalCursor(year: 2025)]
        var seen: [String] = []
        func entries(_ snapshot: Snapshot, _ cursor: inout JournalCursor) throws -> [RecordedEntry]
        {
            var entries: [RecordedEntry] = []
            try snapshot.forEachJournalEntry(after: &cursor) { entries.append($0) }
            return entries
        }
        func readOn() throws {
            let snapshot = store.snapshot()
            let new = try entries(snapshot, &cursors[0]) + entries(snapshot, &cursors[1])
            seen += new.sorted { $0.position < $1.position }.map(\.entry.text)
        }
        var written: [String] = []
        let old = store.snapshot()
        for round in 0..<40 {
            let text = "\(round)"
            let year = round % 3 == 0 ? "2024-06-01" : "2025-06-01"
            try store.record([JournalEntry(.event, at: Timestamp(year)!, text)])
            written.append(text)
            if round % 5 == 0 { try readOn() }
            if round % 7 == 0 { try store.flush() }
            if round % 7 == 3 { try readOn() }
        }
        try readOn()
        try readOn()
        #expect(seen == written)
        // Nothing is new to an older snapshot, and the cursor does not go back.
        for place in cursors.indices { #expect(try entries(old, &cursors[place]).isEmpty) }
        store.close()
        let again = try Store.open(in: storage).snapshot()
        #expect(again.journalYears == [2024, 2025])
        var fresh = [JournalCursor(year: 2024), JournalCursor(year: 2025)]
        #expect(try entries(again, &fresh[0]).count == 14)
        // Reads of the year's file alone, and nothing twice.
        storage.onOperation { operation, _ in
            operation.path.contains("journal-2024") ? .fail(errno: EIO) : nil
        }
        #expect(try entries(again, &fresh[0]).isEmpty)
        #expect(try entries(again, &fresh[1]).count == 26)
        storage.onOperation(nil)
    }

    @Test("takes away what failed work has left, and nothing that is in use")
    func leftovers() throws {
        let store = try Store.open(in: storage)
        let series = try define(store)
        _ = try store.append(batch([(series[0], 0, 1)]))
        try store.probe()
        let inUse = try storage.list(StoreLayout.temporaryFolder)
        for path in ["tmp/left", "seg/2020-000000aa.seg"] {
            let file = try storage.open(path, .create)
            try file.write([1, 2, 3], at: 0)
            file.close()
        }
        #expect(try store.removeLeftovers() == 2)
        #expect(try storage.list(StoreLayout.temporaryFolder) == inUse)
        #expect(try storage.list(StoreLayout.quarantineFolder) == ["2020-000000aa.seg"])
        _ = try store.append(batch((0..<100).map { (series[0], Int64($0) + 1, 1) }))
        try store.flush()
        #expect(try store.snapshot().verify(deep: true).isWhole)
        let importing = try store.beginImport()
        #expect(throws: StoreError.self) { try store.removeLeftovers() }
        _ = try importing.commit()
        store.close()
        #expect(throws: StoreError.self) { try store.probe() }
    }
}
