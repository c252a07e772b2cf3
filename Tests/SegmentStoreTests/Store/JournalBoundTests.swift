import DurableFiles
import Glibc
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

/// The journal of a store grew without end: retention removed none of it, and a query read the files
/// of all years and held them whole.
@Suite("The bounds of the journal") struct JournalBoundTests {
    private let storage = SimulatedStorage()

    private func open() throws -> Store {
        var options = StoreOptions()
        options.diskReserveByteCount = 0
        return try Store.open(in: storage, options: options)
    }

    private func entry(_ time: String, _ text: String = "{}") -> JournalEntry {
        JournalEntry(.event, at: Timestamp(time)!, text)
    }

    private var journalNames: [String] {
        get throws { try storage.list("rec").filter { $0.contains("journal") }.sorted() }
    }

    @Test("retention removes the journals of years that lie wholly below its floor")
    func retention() throws {
        let store = try open()
        for year in 2021...2025 { try store.record([entry("\(year)-06-01")]) }
        // The floor is never above the newest sample.
        try store.importColumns([0: quarterHours(4)])
        try store.flush()
        #expect(try journalNames.count == 5)
        let before = store.snapshot()
        try store.removeSamples(before: Timestamp("2024-03-01")!)
        #expect(try journalNames.count == 2)
        #expect(store.snapshot().journalYears == [2024, 2025])
        #expect(try store.snapshot().journal(in: .all).count == 2)
        // A snapshot from before finds its files gone, which is no damage.
        #expect(try before.journal(in: .all).count == 2)
        #expect(try store.snapshot().verify(deep: true).damages.isEmpty)
        // A file that the manifest names is damage if it is gone.
        try storage.unlink("rec/" + journalNames[0])
        #expect(throws: StoreError.self) { try store.snapshot().journal(in: .all) }
        store.close()
    }

    @Test("records that wait for a flush are bounded, whatever the log may have")
    func waitingRecords() throws {
        let store = try open()
        let text = String(repeating: "x", count: 60_000)
        for _ in 0..<150 { try store.record([entry("2025-06-01", text)]) }
        #expect(store.state.withLock { $0.recordByteCount } < Store.recordByteCountMax)
        #expect(try journalNames.count == 1)
        #expect(try store.snapshot().journal(in: .all).count == 150)
        store.close()
    }

    @Test("entries that wait for a flush take no more memory than their bytes")
    func exactPayloads() {
        let payload = JournalPayload.encode(
            (0..<400).map { entry("2025-06-01", String(repeating: "x", count: 200 + $0)) })
        #expect(payload.count > 100_000)
        #expect(payload.capacity < payload.count * 9 / 8)
    }

    @Test("a removal of a range removes no journal") func removal() throws {
        let store = try open()
        try store.record([entry("2021-06-01")])
        try store.remove(
            in: TimeRange(from: Timestamp("2000-01-01")!, to: Timestamp("2025-01-01")!)!)
        #expect(try store.snapshot().journal(in: .all).count == 1)
        store.close()
    }

    @Test(
        "a query reads the journals of its years, and of each as much at a time as is meant to be")
    func bytesRead() throws {
        let store = try open()
        let text = String(repeating: "x", count: 60_000)
        for year in 2021...2024 {
            for _ in 0..<(year == 2023 ? 200 : 20) {
                try store.record([entry("\(year)-06-01", text)])
            }
        }
        try store.flush()
        let reads = Guarded<[SimulatedOperation]>([])
        storage.onOperation { operation, _ in
            if operation.kind == .read { reads.withLock { $0.append(operation) } }
            return nil
        }
        let range = TimeRange(from: Timestamp("2023-01-01")!, to: Timestamp("2024-01-01")!)!
        #expect(try store.snapshot().journal(in: range, kind: .event).count == 200)
        #expect(try store.snapshot().journal(in: range, kind: .audit).isEmpty)
        storage.onOperation(nil)
        let seen = reads.withLock { $0 }.filter { $0.path.contains("journal") }
        #expect(seen.allSatisfy { $0.path.contains("journal-2023") })
        #expect(seen.map(\.byteCount).max()! <= RecordFileReader.windowByteCount)
        #expect(seen.count >= 6)
        store.close()
    }

    @Test(
        "damage in the middle of a large journal costs its record alone", arguments: [0, 1, 2, 3])
    func damage(quarter: Int) throws {
        let store = try open()
        let text = String(repeating: "x", count: 60_000)
        for number in 0..<200 { try store.record([entry("2023-06-01", "\(number)" + text)]) }
        try store.flush()
        let name = try "rec/" + journalNames[0]
        let file = try storage.open(name, .read)
        let byteCount = try file.byteCount()
        file.close()
        storage.flipBit(1, ofByte: byteCount * (2 * quarter + 1) / 8, of: name)
        #expect(throws: StoreError.self) { try store.snapshot().journal(in: .all) }
        let log = DamageLog()
        #expect(try store.snapshot().journal(in: .all, reportingTo: log).count == 199)
        #expect(log.damages.count == 1)
        store.close()
    }
}
