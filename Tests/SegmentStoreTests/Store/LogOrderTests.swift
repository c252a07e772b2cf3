import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// A batch larger than a log file got a file with a later number than the one that was ready and was
/// used after it. Readers take log files by number.
@Suite("The order of log files") struct LogOrderTests {
    @Test("is the order of the batches, also after a batch of unusual size")
    func unusualSize() throws {
        let storage = SimulatedStorage(seed: 31)
        var options = StoreOptions()
        options.logFileByteCount = 4096
        let store = try Store.open(in: storage, options: options)
        let version = PointVersion(
            name: "p0", unit: "degC", dataType: .analog, validFrom: Timestamp(milliseconds: 0))
        let series = try store.define([
            PointDefinition(address: point(0), deviceName: "dev", version: version)
        ])[0]
        var next = newYear2025
        for count in [1, 4000, 1, 200, 200, 1] {
            var batch = SampleBatch()
            for _ in 0..<count {
                batch.append(series, time: next, value: Double(next % 977))
                next += 1000
            }
            _ = try store.append(batch)
        }
        let truth = try store.snapshot().everything()
        #expect(truth[0]?.count == 4403)
        #expect(try Snapshot.open(in: storage).everything() == truth)
        let crashed = SimulatedStorage(disk: storage.disk)
        #expect(try Store.open(in: crashed, options: options).snapshot().everything() == truth)
    }
}
