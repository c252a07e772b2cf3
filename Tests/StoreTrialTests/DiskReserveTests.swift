import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing

/// A reserve of 128 MiB on every disk kept an import of 19 kB out of a data partition of 100 MB.
@Suite("Disk reserve") struct DiskReserveTests {
    @Test(
        "is a twentieth of the disk, at most 128 MiB",
        arguments: [
            (-1, 0), (0, 0), (19, 0), (20, 1), (100_000_000, 5_000_000),
            (2_684_354_559, 134_217_727), (2_684_354_560, 134_217_728), (Int.max, 134_217_728),
        ])
    func share(disk: Int, reserve: Int) {
        #expect(StoreOptions.defaultDiskReserveByteCount(ofDisk: disk) == reserve)
    }

    @Test("lets a small disk be filled but for a twentieth, and then refuses imports and samples")
    func smallDisk() throws {
        let storage = SimulatedStorage(seed: 29, capacity: 100_000_000)
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(500)])
        let series = store.snapshot().testSeries(0)
        var batch = SampleBatch()
        batch.append(series, time: newYear2025 + 1, value: 1)
        #expect(try store.append(batch).stored == 1)

        let ballast = try storage.view(root: "other").open("ballast", .create)
        try ballast.preallocate(byteCount: try storage.space().availableByteCount - 5_000_000)
        batch.append(series, time: newYear2025 + 2, value: 2)
        let error = #expect(throws: StoreError.self) { try store.append(batch) }
        #expect(error?.code == .diskReserve)
        #expect(error?.message.contains("keeps 5000000 free") == true)
        #expect(throws: StoreError.self) { try store.importColumns([1: quarterHours(10)]) }
        #expect(store.snapshot().sampleCount == 501)

        // The size of the disk is read at each write: a disk that has grown needs no restart.
        storage.setCapacity(120_000_000)
        #expect(try store.append(batch).stored == 1)
        store.close()
        #expect(try Snapshot.open(in: storage).sampleCount == 502)
    }

    @Test("that is set is kept on a small disk too", arguments: [0, 1_000_000, 99_999_999])
    func given(reserve: Int) throws {
        let storage = SimulatedStorage(seed: 31, capacity: 100_000_000)
        var options = StoreOptions()
        options.diskReserveByteCount = reserve
        let store = try Store.open(in: storage, options: options)
        defer { store.close() }
        guard reserve > 99_000_000 else {
            try store.importColumns([0: quarterHours(500)])
            #expect(store.snapshot().sampleCount == 500)
            return
        }
        let error = #expect(throws: StoreError.self) {
            try store.importColumns([0: quarterHours(500)])
        }
        #expect(error?.code == .diskReserve)
    }
}
