import DurableFiles
import Synchronization
import Testing
import TimeSeriesModel

@testable import SegmentStore

@Suite("JournalFrame") struct JournalFrameTests {
    /// A frame of the log that cannot be decoded was thrown even to those who read past damage.
    @Test("is left out and told of where damage is collected, and thrown where it is not")
    func undecodable() throws {
        let store = try Store.open(in: SimulatedStorage())
        defer { store.close() }
        let entry = JournalEntry(.event, at: Timestamp("2026-01-01")!, "{\"kind\":\"test\"}")
        try store.record([entry])
        let before = store.state.withLock { state in
            let before = state.journalFrames
            let lsn = state.publishedLSN + 1
            state.journalFrames.append([
                JournalFrame(
                    year: 2026, frame: RecordFrame(type: .journal, lsn: lsn, payload: [255, 1]))
            ])
            state.publishedLSN = lsn
            return before
        }
        let snapshot = store.snapshot()
        #expect(throws: StoreError.self) { try snapshot.journal(in: .all) }
        var cursor = JournalCursor(year: 2026)
        #expect(throws: StoreError.self) {
            try snapshot.forEachJournalEntry(after: &cursor) { _ in }
        }
        #expect(cursor.position == 0)
        let log = DamageLog()
        #expect(try snapshot.journal(in: .all, reportingTo: log) == [entry])
        var followed: [JournalEntry] = []
        try snapshot.forEachJournalEntry(after: &cursor, reportingTo: log) {
            followed.append($0.entry)
        }
        #expect(followed == [entry])
        #expect(log.damages.map(\.file) == [StoreLayout.logFolder] && log.losses.isEmpty)
        // The log itself has no such frame.
        store.state.withLock { state in
            state.journalFrames = before
            state.publishedLSN -= 1
        }
    }
}
