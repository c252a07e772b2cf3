import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

@Suite("A full or forbidden disk") struct DiskFullTests {
    @Test("refuses an import with its own error, at whatever byte it fills, and harms nothing")
    func fullAnywhere() throws {
        let origin = SimulatedStorage(seed: 21)
        var store = try Store.open(in: origin)
        try store.importColumns([0: quarterHours(5000)])
        let truth = try store.snapshot().everything()
        store.close()
        let used = origin.disk.capacity - origin.disk.availableByteCount
        var refusals = 0
        for room in stride(from: 0, through: 80_000, by: 4096) {
            let storage = SimulatedStorage(disk: origin.disk)
            storage.setCapacity(used + room)
            do {
                store = try Store.open(in: storage)
                try store.importColumns([1: quarterHours(9000, seed: 4)])
                store.close()
                break
            } catch let error as StoreError {
                refusals += 1
                #expect(error.code == .diskFull, "room \(room): \(error)")
                #expect(error.message.contains("space"), "\(error)")
            }
            #expect(try Snapshot.open(in: storage).everything() == truth, "room \(room)")
            #expect(try Snapshot.open(in: storage).verify().isWhole, "room \(room)")
            // With room again, the same import goes through.
            store.close()
            storage.setCapacity(used + 10_000_000)
            let again = try Store.open(in: storage)
            try again.importColumns([1: quarterHours(9000, seed: 4)])
            #expect(again.snapshot().sampleCount == 14_000)
            again.close()
        }
        #expect(refusals > 3)
    }

    @Test("refuses to write where only reading is allowed, and reads")
    func readOnly() throws {
        let origin = SimulatedStorage(seed: 22)
        let store = try Store.open(in: origin)
        try store.importColumns([0: quarterHours(50)])
        store.close()
        let view = origin.view(readOnly: true)
        let error = #expect(throws: StoreError.self) { try Store.open(in: view) }
        #expect(error?.code == .readOnly)
        #expect(try Snapshot.open(in: view).everything()[0]?.count == 50)
    }
}
