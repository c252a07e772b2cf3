import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// A reader once saw a store as it was when it was opened, until its program opened it anew.
@Suite("Refreshed snapshot") struct RefreshedSnapshotTests {
    private let storage = SimulatedStorage(seed: 21)

    private func reader() throws -> Snapshot {
        try Snapshot.open(in: storage.view(readOnly: true, inNewProcess: true))
    }

    private func batch(_ series: SeriesID, _ minutes: Range<Int>) -> SampleBatch {
        var batch = SampleBatch()
        for minute in minutes {
            batch.append(series, time: newYear2025 + Int64(minute) * 60_000, value: Double(minute))
        }
        return batch
    }

    @Test("sees every kind of commit, and is the same object if there was none") func commits()
        throws
    {
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(3000), 1: quarterHours(200)])
        var snapshot = try reader()
        let series = snapshot.testSeries(0)
        let commits: [(String, () throws -> Void)] = [
            ("append", { _ = try store.append(batch(series, 1..<3)) }),
            ("append again", { _ = try store.append(batch(series, 3..<4)) }),
            (
                "append to memory",
                { _ = try store.append(batch(series, 4..<9), durability: .memory) }
            ),
            (
                "define",
                {
                    _ = try store.define([
                        PointDefinition(
                            address: point(7), deviceName: "dev",
                            version: PointVersion(
                                name: "p7", unit: "", dataType: .analog,
                                validFrom: Timestamp(rawValue: 0)))
                    ])
                }
            ),
            ("record", { try store.record([JournalEntry(.event, at: .init(rawValue: 1), "{}")]) }),
            ("flush", { _ = try store.flush() }),
            ("append after flush", { _ = try store.append(batch(series, 20..<29)) }),
            ("import", { try store.importColumns([2: quarterHours(50)]) }),
            ("merge", { _ = try store.compact() }),
            (
                "removal",
                {
                    try store.remove(
                        series,
                        in: TimeRange(
                            from: Timestamp(rawValue: newYear2025),
                            to: Timestamp(rawValue: newYear2025 + 90_000))!)
                }
            ),
        ]
        for (name, commit) in commits {
            #expect(try snapshot.refreshed() === snapshot, "before \(name)")
            let before = try snapshot.everything()
            try commit()
            let newer = try snapshot.refreshed()
            #expect(newer !== snapshot && snapshot.isOlder(than: newer), "\(name)")
            #expect(!newer.isOlder(than: snapshot), "\(name)")
            #expect(try newer.everything() == store.snapshot().everything(), "\(name)")
            #expect(
                newer.catalog.allSeries.map { $0.address }
                    == store.snapshot().catalog.allSeries.map { $0.address }, "\(name)")
            #expect(try newer.journal(in: .all).count == store.snapshot().journal(in: .all).count)
            #expect(try snapshot.everything() == before, "\(name) changed a frozen state")
            #expect(newer.problems.isEmpty, "\(name)")
            snapshot = newer
        }
        store.close()
        let closed = try snapshot.refreshed()
        #expect(try closed.everything() == snapshot.everything())
    }

    @Test("takes no old log file that a crash brought back for a commit") func leftover() throws {
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(10)])
        _ = try store.append(batch(store.snapshot().testSeries(0), 1..<3))
        let paths = try storage.list("log").map { "log/" + $0 }
        let old = try paths.map { path in
            let file = try storage.open(path, .read)
            return (path, try file.read(at: 0, byteCount: try file.byteCount()))
        }
        _ = try store.flush()
        let gone = try old.filter { try !storage.exists($0.0) }
        #expect(!gone.isEmpty)
        for (path, bytes) in gone { try storage.open(path, .create).write(bytes, at: 0) }
        let snapshot = try reader()
        #expect(snapshot.sampleCount == 12)
        #expect(try snapshot.refreshed() === snapshot)
    }

    @Test("sees a record whose first bytes were there before the others") func halfWritten() throws
    {
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(10)])
        let series = store.snapshot().testSeries(0)
        let logs = { [storage] in
            try storage.list("log").map { "log/" + $0 }.map { path in
                let file = try storage.open(path, .read)
                return (path, try file.read(at: 0, byteCount: try file.byteCount()))
            }
        }
        _ = try store.append(batch(series, 1..<3))
        let before = try logs()
        _ = try store.append(batch(series, 3..<200))
        let after = try logs()
        let changed = zip(before, after).first { $0.1 != $1.1 }
        let (path, whole) = try #require(changed?.1)
        let start = try #require(zip(changed!.0.1, whole).enumerated().first { $1.0 != $1.1 }?.0)
        let file = try storage.open(path, .write)
        try file.write([UInt8](repeating: 0, count: 400), at: start + 200)
        let early = try reader()
        #expect(early.sampleCount == 12)
        try file.write(Array(whole[start + 200..<start + 600]), at: start + 200)
        #expect(try early.refreshed().sampleCount == 10 + 2 + 197 - duplicates)
    }

    /// Minutes that are quarter hours too, of the ten that were imported.
    private var duplicates: Int { (3..<200).count { $0 % 15 == 0 && $0 / 15 < 10 } }
}
