import Foundation
import SegmentStore
import TimeSeriesModel

/// Appends ticks until just before a flush would be due, says how many, and waits to be killed.
enum HoldStep {
    /// - Returns: the ticks that the killed process had acknowledged.
    static func killed(
        _ folder: String, _ workload: Workload
    ) throws -> Int {
        let child = try ChildProcess(["hold", folder, workload.path])
        let line = try child.killAfterFirstLine()
        guard let ticks = Int(line), ticks > 0 else {
            throw WrongAnswer("hold: \(line) found, a number of ticks expected")
        }
        return ticks
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step hold", words: 2, options: [])
        let workload = try Workload(path: words[1])
        let queries = try Queries(path: words[1] + ".queries")
        let series = TickSeries(workload, end: queries.end)
        let options = StoreOptions()
        let store = try Store.open(at: words[0])
        let writer = try AlmanacWriter(store, series.keys)
        let sampleCountMax = max(options.headSampleCountMax, 32 * series.keys.count)
        var ticks = 0
        var logByteCount = 0
        // The next tick must not reach either bound.
        while (ticks + 1) * series.keys.count < sampleCountMax,
            logByteCount + 2 * (logByteCount / max(1, ticks)) < options.logByteCountMax
        {
            let batch = writer.batch(time: series.time(of: ticks), values: series.values(of: ticks))
            // A process that is killed leaves its pages to the system; a sync a tick proves nothing
            // more here.
            _ = try store.append(batch, durability: .os)
            ticks += 1
            logByteCount = try store.snapshot().summary().logByteCount
        }
        FileHandle.standardOutput.write(Data("\(ticks)\n".utf8))
        while true { Thread.sleep(forTimeInterval: 60) }
    }
}
