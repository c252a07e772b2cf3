import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing

/// Runs were numbered per import, so an import that was left over from a closed store took the runs
/// of the next one away.
@Suite("Import runs") struct ImportRunTests {
    @Test("of an import that outlives its store are not those of the next store's import")
    func names() throws {
        let storage = SimulatedStorage(seed: 91)
        var options = StoreOptions()
        options.importSampleCountInMemory = 100
        let first = try Store.open(in: storage, options: options)
        var old: BulkImport? = try first.beginImport()
        try old?.append(quarterHours(150), to: try #require(try old?.testSeries(0)))
        first.close()
        let second = try Store.open(in: storage, options: options)
        let bulk = try second.beginImport()
        try bulk.append(quarterHours(120, seed: 3), to: try bulk.testSeries(0))
        // The old import may write no further run beside the next writer.
        let error = #expect(throws: StoreError.self) {
            try old?.append(quarterHours(150), to: try #require(try old?.testSeries(0)))
        }
        #expect(error?.code == .closed)
        old = nil
        #expect(try bulk.commit().stored == 120)
        #expect(try second.snapshot().everything()[0] == quarterHours(120, seed: 3).byTime)
        second.close()
        #expect(try storage.list(StoreLayout.temporaryFolder) == [])
    }
}
