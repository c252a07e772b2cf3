import Foundation
import SegmentStore
import TimeSeriesModel

/// Appends ticks until just before a flush would be due, says how many, and waits to be killed.
enum HoldStep {
    /// - Parameter arguments: what the process needs to know its points, ``run(_:)`` or another's.
    /// - Returns: the ticks that the killed process had acknowledged.
    static func killed(_ arguments: [String]) throws -> Int {
        let line = try ChildProcess(arguments).killAfterFirstLine()
        guard let ticks = Int(line), ticks > 0 else {
            throw WrongAnswer("hold: \(line) found, a number of ticks expected")
        }
        return ticks
    }

    static func arguments(_ folder: String, _ workload: Workload) -> [String] {
        ["hold", folder, workload.path]
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step hold", words: 2, options: [])
        let workload = try Workload(path: words[1])
        let queries = try Queries(path: words[1] + ".queries")
        try hold(words[0], TickSeries(workload, end: queries.end))
    }

    static func hold(_ folder: String, _ source: some TickSource) throws -> Never {
        let options = StoreOptions()
        let store = try Store.open(at: folder)
        let writer = try AlmanacWriter(store, source.keys)
        let sampleCountMax = max(options.headSampleCountMax, 32 * source.keys.count)
        var ticks = 0
        var logByteCount = 0
        // The next tick must not reach either bound.
        while (ticks + 1) * source.keys.count < sampleCountMax,
            logByteCount + 2 * (logByteCount / max(1, ticks)) < options.logByteCountMax
        {
            let batch = writer.batch(time: source.time(of: ticks), values: source.values(of: ticks))
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
