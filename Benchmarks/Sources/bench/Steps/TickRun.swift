import DurableFiles
import Foundation
import SegmentStore

/// Durable ticks after the end of a workload, each on the medium before the next.
enum TickRun {
    static let tickCount = 100

    /// Any engine; afterwards a fresh reader must find the last tick.
    static func run(
        _ engine: some Engine, _ folder: String, _ series: TickSeries, _ result: inout RunResult
    ) throws {
        let writer = try engine.writer(of: folder, series.keys)
        let ticks = try (0..<tickCount).map { tick in
            let batch = writer.batch(time: series.time(of: tick), values: series.values(of: tick))
            return try timed({ try writer.commit(batch) }, then: {})
        }
        try writer.close()
        try check(try engine.reader(of: folder, series.keys), series)
        result.add("append_tick", nanoseconds: ticks, unit: "ms")
        result.info["tick_samples"] = String(series.keys.count)
    }

    /// This engine beside the disk: after each tick as many bytes are appended to a file and synced.
    static func runBesideRaw(
        _ folder: String, _ series: TickSeries, _ result: inout RunResult
    ) throws {
        let writer = try Engines.almanac.writer(of: folder, series.keys)
        let before = try writer.store.snapshot().summary().logByteCount
        var file = try RawAppend(path: folder + ".raw")
        var ticks: [UInt64] = []
        var raw: [UInt64] = []
        for tick in 0..<tickCount {
            let batch = writer.batch(time: series.time(of: tick), values: series.values(of: tick))
            ticks.append(try timed({ try writer.commit(batch) }, then: {}))
            let written = try writer.store.snapshot().summary().logByteCount - before
            raw.append(try file.append(byteCount: written / (tick + 1)))
        }
        writer.close()
        try check(try Engines.almanac.reader(of: folder, series.keys), series)
        result.add("append_tick", nanoseconds: ticks, unit: "ms")
        result.add("raw_tick", nanoseconds: raw, unit: "ms")
        result.info["tick_samples"] = String(series.keys.count)
    }

    private static func check(_ reader: some EngineReader, _ series: TickSeries) throws {
        let last = tickCount - 1
        for (index, value) in series.values(of: last).enumerated() {
            guard let found = try reader.latest(of: index), found.value == value,
                found.time == series.time(of: last)
            else { throw WrongAnswer("the last tick of \(series.keys[index].address) is missing") }
        }
    }
}

/// What the disk itself takes for an append and a sync.
private struct RawAppend {
    private let file: any StorageFile
    private var position = 0

    init(path: String) throws {
        let storage = try PosixStorage(root: (path as NSString).deletingLastPathComponent)
        file = try storage.open((path as NSString).lastPathComponent, .create)
        try file.preallocate(byteCount: 16 << 20)
        try file.sync()
    }

    /// Nanoseconds of one.
    mutating func append(byteCount: Int) throws -> UInt64 {
        let bytes = [UInt8](repeating: 0xA5, count: byteCount)
        let start = Clock.nanoseconds()
        try file.write(bytes, at: position)
        try file.sync()
        position += byteCount
        return Clock.nanoseconds() - start
    }
}
