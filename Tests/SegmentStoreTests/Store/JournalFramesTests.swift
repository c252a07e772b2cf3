import DurableFiles
import Glibc
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

/// Each append copied the array of all journal frames since the last flush two times.
@Suite("JournalFrames") struct JournalFramesTests {
    private func frame(_ lsn: LSN) -> JournalFrame {
        JournalFrame(year: 2026, frame: RecordFrame(type: .journal, lsn: lsn, payload: [1]))
    }

    @Test("holds frames in order, in few blocks, and earlier copies stay what they were")
    func order() {
        var frames = JournalFrames()
        var copies: [JournalFrames] = []
        var random = SplitMix64(seed: 11)
        var lsn: LSN = 0
        for _ in 0..<2000 {
            copies.append(frames)
            let count = Int.random(in: 0...3, using: &random)
            frames.append((0..<count).map { frame(lsn + LSN($0) + 1) })
            lsn += LSN(count)
            #expect(frames.blocks.count <= 13)
        }
        #expect(frames.map(\.frame.lsn) == Array(1...lsn))
        #expect(frames.count == Int(lsn) && !frames.isEmpty)
        for copy in copies { #expect(copy.map(\.frame.lsn) == Array(1..<LSN(copy.count + 1))) }
        for above in stride(from: 0, through: lsn + 1, by: 37) {
            #expect(
                frames.frames(above: above).map(\.frame.lsn)
                    == Array((1...lsn + 1).dropLast())
                    .filter { $0 > above })
        }
        let joined = JournalFrames(joining: [
            frames, JournalFrames(), JournalFrames([frame(lsn + 1)]),
        ])
        #expect(joined.map(\.frame.lsn) == Array(1...lsn + 1))
    }

    @Test("shares all but the last blocks with the copies that snapshots hold")
    func sharing() {
        var frames = JournalFrames()
        var movedCount = 0
        for lsn in 1...4096 {
            let before = frames
            frames.append([frame(LSN(lsn))])
            // A block of another length than before was made anew.
            for (place, block) in frames.blocks.enumerated()
            where place >= before.blocks.count || before.blocks[place].count != block.count {
                movedCount += block.count
            }
        }
        #expect(movedCount <= 4096 * 13)
    }

    /// A process that recorded events or changed the catalog, and stored no samples, grew its log
    /// until something else flushed.
    @Test("keep the log within its bounds when no sample comes", arguments: [true, false])
    func logBound(isJournal: Bool) throws {
        var options = StoreOptions()
        options.logByteCountMax = 64 << 10
        options.logFileByteCount = 16 << 10
        options.diskReserveByteCount = 0
        let storage = SimulatedStorage()
        let store = try Store.open(in: storage, options: options)
        let text = String(repeating: "x", count: 1000)
        let time = Timestamp("2026-01-01")!
        for number in 0..<500 {
            if isJournal {
                try store.record([JournalEntry(.event, at: time, text)])
            } else {
                try store.updateCatalog { (catalog, change) throws(StoreError) in
                    try catalog.setDocument(
                        Array(text.utf8), for: "test/\(number)", validFrom: time, into: &change)
                }
            }
            #expect(try store.snapshot().summary().logByteCount < 2 * options.logByteCountMax)
        }
        if isJournal {
            #expect(try store.snapshot().journal(in: .all).count == 500)
        } else {
            #expect(store.snapshot().catalog.documentKeys(withPrefix: "test/").count == 500)
        }
        #expect(store.snapshot().manifest.generation > 5)
        store.close()
    }

    /// At twice the bounds they are refused as batches are, if flushes fail.
    @Test("are refused when flushes fail and the log is twice as large as it may be")
    func refused() throws {
        var options = StoreOptions()
        options.logByteCountMax = 64 << 10
        options.logFileByteCount = 16 << 10
        options.diskReserveByteCount = 0
        let storage = SimulatedStorage()
        let store = try Store.open(in: storage, options: options)
        storage.onOperation { operation, _ in
            operation.kind == .create && !operation.path.contains("log")
                ? .fail(errno: ENOSPC) : nil
        }
        let entry = JournalEntry(
            .event, at: Timestamp("2026-01-01")!, String(repeating: "x", count: 1000))
        var count = 0
        let error = #expect(throws: StoreError.self) {
            for _ in 0..<1000 {
                try store.record([entry])
                count += 1
            }
        }
        #expect(error?.code == .diskFull)
        #expect(count < 200)
        storage.onOperation(nil)
        try store.record([entry])
        #expect(try store.snapshot().journal(in: .all).count == count + 1)
        store.close()
    }

    /// The times of a summary were looked for in every series of the heads, with a lock each.
    @Test("heads know their first and last time without their series") func headTimes() throws {
        let store = try Store.open(in: SimulatedStorage())
        let series = try store.define(
            (0..<50).map { number in
                PointDefinition(
                    address: point(number), deviceName: "dev",
                    version: PointVersion(
                        name: "p\(number)", unit: "degC", dataType: .analog,
                        validFrom: Timestamp(rawValue: 0)))
            })
        #expect(try store.snapshot().summary().firstTime == nil)
        var random = SplitMix64(seed: 3)
        var times: [Int64] = []
        for round in 0..<40 {
            var batch = SampleBatch()
            for one in series.shuffled(using: &random).prefix(7) {
                let time = newYear2025 + Int64.random(in: 0...86_400_000_000, using: &random)
                batch.append(one, time: time, value: 1, quality: 0)
                times.append(time)
            }
            _ = try store.append(batch)
            if round == 20 { try store.flush() }
            let summary = try store.snapshot().summary()
            #expect(summary.firstTime?.rawValue == times.min())
            #expect(summary.lastTime?.rawValue == times.max())
        }
        store.close()
    }
}
