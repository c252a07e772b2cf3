import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

@Suite("Removal and backup") struct RemovalTests {
    private func filled(_ storage: SimulatedStorage) throws -> (Store, Truth) {
        let store = try Store.open(in: storage)
        let border: Int64 = 1_767_225_600_000
        try store.importColumns([
            0: quarterHours(3000, from: border - 1500 * 900_000),
            1: quarterHours(20_000, from: border - 15_000 * 900_000, seed: 3),
        ])
        let series = store.snapshot().testSeries(0)
        var batch = SampleBatch()
        for tick in 0..<50 {
            batch.append(series, time: border + Int64(5000 + tick) * 900_000, value: Double(tick))
        }
        _ = try store.append(batch)
        return (store, try store.snapshot().everything())
    }

    private func without(
        _ truth: Truth, _ isRemoved: (_ index: Int, _ time: Int64) -> Bool
    ) -> Truth {
        Truth(
            uniqueKeysWithValues: truth.map { index, samples in
                (index, samples.filter { !isRemoved(index, $0.key) })
            })
    }

    private func expect(_ store: Store, _ storage: SimulatedStorage, gives truth: Truth) throws {
        let snapshot = store.snapshot()
        #expect(try snapshot.everything() == truth)
        #expect(snapshot.sampleCount == truth.values.reduce(0) { $0 + $1.count })
        #expect(try Snapshot.open(in: storage).verify(deep: true).damages == [])
    }

    @Test("of a range of one point leaves all else, across a year's end")
    func range() throws {
        let storage = SimulatedStorage(seed: 1)
        let (store, truth) = try filled(storage)
        let range = TimeRange(
            from: Timestamp(rawValue: 1_767_225_600_000 - 3_000_000),
            to: Timestamp(rawValue: 1_767_225_600_000 + 90_000_000))!
        let due = without(truth) { $0 == 1 && range.contains(Timestamp(rawValue: $1)) }
        let report = try store.remove(store.snapshot().testSeries(1), in: range)
        #expect(report.samples == truth[1]!.count - due[1]!.count)
        try expect(store, storage, gives: due)
    }

    @Test(
        "of what is old says beforehand what goes, drops whole years, and takes nothing older again"
    )
    func retention() throws {
        let storage = SimulatedStorage(seed: 2)
        let (store, truth) = try filled(storage)
        let time = Timestamp("2026-02-01")!
        let due = without(truth) { _, at in at < time.rawValue }
        let dry = try store.removeSamples(before: time, dryRun: true)
        #expect(try store.snapshot().everything() == truth)
        let held = store.snapshot()
        let report = try store.removeSamples(before: time)
        #expect(report.samples == dry.samples)
        #expect(report.samples == store.snapshot().sampleCountDifference(to: truth))
        #expect(report.bytes > 0)
        try expect(store, storage, gives: due)
        // A snapshot from before still gives everything: its files stay open.
        #expect(try held.everything() == truth)
        var batch = SampleBatch()
        batch.append(store.snapshot().testSeries(0), time: time.rawValue - 1, value: 1)
        let receipt = try store.append(batch)
        #expect(receipt.stored == 0)
        #expect(receipt.rejected.map(\.reason) == [.belowFloor])
    }

    @Test("of everything leaves an empty store that goes on")
    func everything() throws {
        let storage = SimulatedStorage(seed: 3)
        let (store, _) = try filled(storage)
        try store.remove(in: .all)
        #expect(store.snapshot().sampleCount == 0)
        #expect(try storage.list(StoreLayout.segmentFolder).isEmpty)
        try store.importColumns([0: quarterHours(10)])
        #expect(try store.snapshot().everything()[0]?.count == 10)
    }

    @Test("a backup taken by another process beside the writer has what was acknowledged")
    func liveBackup() throws {
        try withTemporaryFolder { folder in
            let store = try Store.open(at: folder + "/s")
            try store.importColumns([0: quarterHours(5000), 1: quarterHours(200, seed: 4)])
            var batch = SampleBatch()
            batch.append(store.snapshot().testSeries(1), time: newYear2025 - 5, value: 3)
            _ = try store.append(batch)
            let truth = try store.snapshot().everything()
            try Snapshot.open(at: folder + "/s").backup(to: folder + "/b")
            let report = try Store.verifyBackup(at: folder + "/b")
            #expect(report.damages == [])
            try Store.restore(from: folder + "/b", to: folder + "/r")
            #expect(try Snapshot.open(at: folder + "/r").everything() == truth)
            let moment = Timestamp(rawValue: newYear2025 + 900_000 * 100)
            try Store.restore(from: folder + "/b", to: folder + "/u", until: moment)
            #expect(
                try Snapshot.open(at: folder + "/u").everything()
                    == without(truth) { _, at in at > moment.rawValue })
            // The writer goes on, and its store and the copies do not touch each other.
            batch.append(store.snapshot().testSeries(1), time: newYear2025 - 6, value: 4)
            _ = try store.append(batch)
            try store.compact()
            #expect(try Snapshot.open(at: folder + "/r").everything() == truth)
            #expect(throws: StoreError.self) {
                try Store.restore(from: folder + "/b", to: folder + "/r")
            }
            store.close()
        }
    }

    @Test("a backup that shares nothing keeps its bytes when those of the store change in place")
    func copiedBackup() throws {
        try withTemporaryFolder { folder in
            let store = try Store.open(at: folder + "/s")
            try store.importColumns([0: quarterHours(5000)])
            let truth = try store.snapshot().everything()
            let file = store.snapshot().segments[0].file
            store.close()
            try Snapshot.open(at: folder + "/s").backup(
                to: folder + "/linked", linksSegments: true)
            try Snapshot.open(at: folder + "/s").backup(to: folder + "/b")
            try Store.restore(from: folder + "/b", to: folder + "/r")
            _ = try output(
                of:
                    "printf X | dd of='\(folder)/s/\(file)' bs=1 seek=200 conv=notrunc 2>/dev/null"
            )
            #expect(try !Store.verifyBackup(at: folder + "/linked").isWhole)
            #expect(try Store.verifyBackup(at: folder + "/b").isWhole)
            _ = try output(of: "rm -r '\(folder)/b'")
            #expect(try Snapshot.open(at: folder + "/r").everything() == truth)
        }
    }

    @Test("a backup that was not finished is refused")
    func unfinishedBackup() throws {
        try withTemporaryFolder { folder in
            let store = try Store.open(at: folder + "/s")
            try store.importColumns([0: quarterHours(50)])
            try store.backup(to: folder + "/b")
            #expect(try Store.verifyBackup(at: folder + "/b").isWhole)
            _ = try output(of: "touch '\(folder)/b/\(StoreLayout.unfinishedBackup)'")
            #expect(try !Store.verifyBackup(at: folder + "/b").isWhole)
            #expect(throws: StoreError.self) {
                try Store.restore(from: folder + "/b", to: folder + "/r")
            }
            store.close()
        }
    }

    @Test("a damaged backup is refused, naming what is damaged, and nothing is restored")
    func damagedBackup() throws {
        try withTemporaryFolder { folder in
            let store = try Store.open(at: folder + "/s")
            try store.importColumns([0: quarterHours(5000)])
            try store.backup(to: folder + "/b")
            let file = store.snapshot().segments[0].file
            store.close()
            _ = try output(
                of:
                    "cd '\(folder)/b' && printf X | dd of=\(file) bs=1 seek=200 conv=notrunc 2>/dev/null"
            )
            let error = #expect(throws: StoreError.self) {
                try Store.restore(from: folder + "/b", to: folder + "/r")
            }
            #expect(error?.code == .damaged)
            #expect(error?.file == file)
            #expect(throws: StoreError.self) { try Snapshot.open(at: folder + "/r") }
            #expect(try Snapshot.open(at: folder + "/s").verify().isWhole)
        }
    }
}

extension Snapshot {
    fileprivate func sampleCountDifference(to truth: Truth) -> Int {
        truth.values.reduce(0) { $0 + $1.count } - sampleCount
    }
}
