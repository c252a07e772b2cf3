import ColumnCodec
import DurableFiles
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

/// Files under right checksums that ended the process or took memory without a reason.
@Suite("Hostile files, one by one") struct HostileInstanceTests {
    private func segmentRow(_ store: HostileStore) -> ManifestFile {
        store.manifest.files.first { $0.kind == .segment }!
    }

    /// The footer's offset was negative.
    @Test("with a segment shorter than header and footer are refused", arguments: [64, 127, 191])
    func shortSegment(byteCount: Int) {
        var store = HostileStore.base
        let size = segmentRow(store).byteCount
        store.replace("\"byte_count\": \(size)", by: "\"byte_count\": \(byteCount)")
        let storage = store.storage()
        #expect(throws: StoreError.self) { try Snapshot.open(in: storage) }
        #expect(throws: StoreError.self) { try Store.open(in: storage) }
        HostileUse.run(store, what: "byte_count \(byteCount)")
    }

    /// The sum of a page's first series and a place in the page had more than 32 bits.
    @Test("with a directory page of the last series are damage") func lastSeries() throws {
        var store = HostileStore.base
        let path = segmentRow(store).name
        store.changePage(store.footer(of: path).entryPageCount, of: path) {
            $0.store(UInt32.max - 1, at: 12)
        }
        HostileUse.run(store, what: "first series")
    }

    /// Changes of the counts overflowed when they were added, or a count became negative and the
    /// manifest could not be written.
    @Test(
        "with counts that do not fit their batch are refused",
        arguments: [
            Int.max, .min, -1, 1 << 53, 31,
        ])
    func counts(change: Int) throws {
        var store = HostileStore.base
        let path = store.paths(.log).last!
        var frames = store.frames(path).map(\.frame)
        let index = frames.firstIndex { $0.type == .samples }!
        let payload = frames[index].payload
        let samples = try SampleFrame(decoding: payload.rawSpan)
        frames[index].payload = SampleFrame.encode(
            samples.batch, Array(0..<samples.batch.count), countChanges: [2026: change])
        store.setFrames(frames, of: path)
        #expect(samples.batch.count == 30)
        let storage = store.storage()
        #expect(throws: StoreError.self) { try Store.open(in: storage) }
        HostileUse.run(store, what: "counts changed by \(change)")
    }

    /// A sample of the last series took an array with a place for each series before it.
    @Test("with a series far beyond all others take no memory for those between")
    func farSeries() throws {
        var store = HostileStore.base
        let path = store.paths(.log).last!
        var frames = store.frames(path).map(\.frame)
        let index = frames.firstIndex { $0.type == .samples }!
        let payload = frames[index].payload
        var batch = try SampleFrame(decoding: payload.rawSpan).batch
        batch.series[3] = SeriesID(rawValue: .max - 1)
        frames[index].payload = SampleFrame.encode(
            batch, Array(0..<batch.count), countChanges: [:])
        store.setFrames(frames, of: path)
        HostileUse.run(store, [.read, .write], what: "far series")
    }

    /// The number after the last one was taken without a look.
    @Test(
        "with numbers that are used up are read, and refused by a writer",
        arguments: [
            "\"next_file_id\": \(StoreFile.idMax)", "\"next_lsn\": \((1 << 53) - 1)",
            "\"generation\": \((1 << 53) - 1)",
        ])
    func usedUp(member: String) throws {
        var store = HostileStore.base
        let key = member.prefix { $0 != ":" }
        let line = store.manifestText.split(separator: "\n").first { $0.contains(key) }!
        store.replace(String(line), by: line.hasPrefix("{") ? "{\(member)," : "\(member),")
        let storage = store.storage()
        _ = try Snapshot.open(in: storage)
        let error = #expect(throws: StoreError.self) { try Store.open(in: storage) }
        #expect(error?.code == .limitExceeded)
        HostileUse.run(store, what: member)
    }

    @Test(
        "that are named with the last number do not end the writer",
        arguments: [
            "log/ffffffff.log", "quarantine/ffffffff.log", "seg/2025-ffffffff.seg",
        ])
    func lastName(path: String) throws {
        let storage = HostileStore.base.storage()
        let file = try storage.open(path, .create)
        try file.write([1, 2, 3], at: 0)
        file.close()
        _ = try Snapshot.open(in: storage)
        #expect(throws: StoreError.self) { try Store.open(in: storage) }
    }

    /// A number above all others became the one to begin with.
    @Test("with a record of the last LSN do not move the numbers", arguments: [LSN.max, 1 << 53])
    func lastLSN(lsn: LSN) throws {
        var store = HostileStore.base
        let path = store.paths(.log).last!
        var frames = store.frames(path).map(\.frame)
        frames[frames.count - 1].lsn = lsn
        store.setFrames(frames, of: path)
        HostileUse.run(store, what: "LSN \(lsn)")
    }

    @Test("with counts whose sum has more than 53 bits are refused") func sums() {
        var store = HostileStore.base
        let counts = store.manifest.sampleCounts
        let year = counts.keys.sorted()[0]
        store.replace(
            "\"\(year)\": \(counts[year]!)",
            by: (1900..<3000).map { "\"\($0)\": \((1 << 53) - 1)" }.joined(separator: ", "))
        HostileUse.run(store, what: "sums")
        #expect(throws: StoreError.self) { try Snapshot.open(in: store.storage()) }
    }

    /// A removal compared spans of damaged chunks, and a span that ends before it begins ended the
    /// process. The entry is damage; the chunk that it should name is found without it.
    @Test("with entries of no chunk that can be are damage, and the samples are read without them")
    func impossibleEntry() throws {
        let changes: [(String, (inout [UInt8]) -> Void)] = [
            ("times", { $0.store(Int64.min, at: 8) }), ("no samples", { $0.store(0, at: 64) }),
            ("too many samples", { $0.store(UInt32.max, at: 64) }),
        ]
        let expected = try Snapshot.open(in: HostileStore.base.storage()).everything()
        for (what, change) in changes {
            var store = HostileStore.base
            let path = segmentRow(store).name
            store.changeEntry(0, of: path, change)
            let snapshot = try Snapshot.open(in: store.storage())
            #expect(try snapshot.everything() == expected, "\(what)")
            #expect(try !snapshot.verify().isWhole, "\(what)")
            HostileUse.run(store, what: what)
        }
    }
}
