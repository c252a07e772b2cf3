import ColumnCodec
import DurableFiles
import Foundation
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

@Suite("Journal") struct JournalTests {
    private static func entry(_ number: Int) -> JournalEntry {
        // Some lie in 2025, some in 2026.
        JournalEntry(
            JournalEntry.Kind.allCases[number % 3],
            at: Timestamp(rawValue: 1_767_225_600_000 + Int64(number * 37 % 100 - 50) * 3_600_000),
            "{\"number\":\(number)}")
    }

    private func numbers(_ snapshot: Snapshot) throws -> Set<String> {
        let entries = try snapshot.journal(in: .all)
        #expect(entries.map(\.time) == entries.map(\.time).sorted())
        return Set(entries.map(\.text))
    }

    @Test("gives back what was recorded, by time: from the log, from files, in another process")
    func roundTrip() throws {
        let storage = SimulatedStorage(seed: 1)
        var store = try Store.open(in: storage)
        var due: Set<String> = []
        for number in 0..<60 {
            try store.record([Self.entry(number), Self.entry(number + 1000)])
            due.formUnion([Self.entry(number).text, Self.entry(number + 1000).text])
            if number % 17 == 16 { try store.flush() }
            if number % 25 == 24 {
                store.close()
                store = try Store.open(in: storage)
            }
            #expect(try numbers(store.snapshot()) == due)
            #expect(try numbers(Snapshot.open(in: storage)) == due)
        }
        let range = TimeRange(from: Timestamp("2026-01-01")!, to: Timestamp("2026-01-02")!)!
        let inside = try store.snapshot().journal(in: range)
        #expect(!inside.isEmpty && inside.allSatisfy { range.contains($0.time) })
        store.close()
        #expect(try storage.list(StoreLayout.recordFolder).count { $0.hasPrefix("journal") } == 2)
        #expect(try Snapshot.open(in: storage).verify(deep: true).isWhole)
        let killed = try Store.open(in: storage)
        try killed.record([Self.entry(5000)])
        #expect(try numbers(Store.open(in: storage.kill()).snapshot()).count == 121)
    }

    @Test("is in a backup, and in what is restored from it")
    func backup() throws {
        let storage = SimulatedStorage(seed: 2)
        let store = try Store.open(in: storage)
        try store.record([Self.entry(1)])
        let copy = storage.view(root: "copy")
        try store.backup(to: copy)
        try store.record([Self.entry(2)])
        #expect(try Store.verifyBackup(in: copy).isWhole)
        #expect(try numbers(Snapshot.open(in: copy)) == [Self.entry(1).text])
        let live = storage.view(root: "live")
        try Snapshot.open(in: storage).backup(to: live)
        #expect(try numbers(Snapshot.open(in: live)).count == 2)
    }

    @Test("loses one record to a flipped bit, and verify says so")
    func damaged() throws {
        let storage = SimulatedStorage(seed: 3)
        let store = try Store.open(in: storage)
        for number in [3, 6, 9] { try store.record([Self.entry(number)]) }
        store.close()
        let name = try #require(
            storage.list(StoreLayout.recordFolder).first { $0.hasPrefix("journal") })
        let whole = try Snapshot.open(in: storage).journal(in: .all).count
        #expect(storage.flipBit(3, ofByte: 64 + 26, of: StoreLayout.recordFolder + "/" + name))
        let snapshot = try Snapshot.open(in: storage)
        let log = DamageLog()
        #expect(try snapshot.journal(in: .all, reportingTo: log).count == whole - 1)
        #expect(log.damages.map(\.file) == [StoreLayout.recordFolder + "/" + name])
        #expect(throws: StoreError.self) { try snapshot.journal(in: .all) }
        #expect(try !snapshot.verify().isWhole)
    }

    @Test("survives a crash at every operation once it was acknowledged")
    func crashes() throws {
        let storage = SimulatedStorage(seed: 4)
        let recorded = Mutex(0)
        let images = Mutex<[(SimulatedDisk, Int)]>([])
        storage.onOperation { operation, disk in
            if operation.kind.isChange {
                images.withLock { $0.append((disk, recorded.withLock { $0 })) }
            }
            return nil
        }
        let store = try Store.open(in: storage, options: StoreTrace.options)
        for number in 1...12 {
            try store.record([Self.entry(number)])
            recorded.withLock { $0 = number }
            if number % 5 == 0 { try store.flush() }
        }
        store.close()
        for (disk, count) in images.withLock({ $0 }) where count > 0 {
            for survival in [CrashSurvival.nothing, .everything, .random(UInt64(count))] {
                let crashed = SimulatedStorage(disk: disk.afterCrash(survival))
                let reopened = try Store.open(in: crashed, options: StoreTrace.options)
                let found = try numbers(reopened.snapshot())
                #expect((count...count + 1).contains(found.count))
                reopened.close()
                #expect(try numbers(Snapshot.open(in: crashed)) == found)
            }
        }
    }

    @Test("refuses what it cannot keep")
    func refusals() throws {
        let store = try Store.open(in: SimulatedStorage(seed: 5))
        let late = JournalEntry(.event, at: Timestamp("2200-01-01")!, "x")
        #expect(throws: StoreError.self) { try store.record([Self.entry(1), late]) }
        let long = String(repeating: "x", count: JournalEntry.textByteCountMax + 1)
        #expect(throws: StoreError.self) {
            try store.record([JournalEntry(.audit, at: Timestamp(rawValue: 0), long)])
        }
        #expect(try store.snapshot().journal(in: .all).isEmpty)
        let most = String(repeating: "ü", count: JournalEntry.textByteCountMax / 2)
        try store.record(
            (0..<600).map { _ in
                JournalEntry(.audit, at: Timestamp(rawValue: 0), most)
            })
        #expect(try store.snapshot().journal(in: .all).count == 600)
    }
}
