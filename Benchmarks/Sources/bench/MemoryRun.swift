import ColumnCodec
import Foundation
import SegmentStore
import TimeSeriesModel

/// What importing, merging and scanning a store take of memory, for stores of growing size: each
/// step in a process of its own, whose private memory is read at its peak.
struct MemoryRun {
    private let work =
        NSTemporaryDirectory()
        + "almanac-memory-\(ProcessInfo.processInfo.processIdentifier)"

    func run() throws {
        defer { try? FileManager.default.removeItem(atPath: work) }
        try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
        print("samples       import     merge      scan   (peak private MB)")
        for series in [50, 200, 800] {
            let store = "\(work)/\(series)"
            let peaks = try ["import", "merge", "scan"].map { step in
                try child(["memory-step", step, store, String(series)])
            }
            print(
                String(series * 35_040).padding(toLength: 10, withPad: " ", startingAt: 0)
                    + peaks.map { String(format: "%10.1f", $0) }.joined())
        }
    }

    private func child(_ arguments: [String]) throws -> Double {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        process.waitUntilExit()
        let text = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard let megabytes = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw WrongAnswer("\(arguments): \(text)")
        }
        return megabytes
    }

    /// One step, in this process; prints the greatest private memory that a sampler saw.
    static func step(_ arguments: ArraySlice<String>) throws {
        let words = Array(arguments)
        guard words.count == 3, let series = Int(words[2]) else {
            throw UsageError("usage: bench memory-step import|merge|scan STORE SERIES")
        }
        let sampler = MemorySampler()
        switch words[0] {
        case "import": try importYears(at: words[1], series)
        case "merge":
            let store = try Store.open(at: words[1])
            try store.compact()
            store.close()
        default: try scan(words[1])
        }
        print(sampler.stop())
    }

    /// Two imports of alternate samples, so that a merge has to interleave every chunk.
    private static func importYears(at path: String, _ seriesCount: Int) throws {
        let store = try Store.open(at: path)
        for half in 0..<2 {
            let bulk = try store.beginImport()
            for index in 0..<seriesCount {
                let id = try bulk.series(
                    of: PointAddress(device: 1, type: .imported, number: UInt32(index + 1)),
                    deviceName: "d", pointName: "p\(index)", unit: "", dataType: .analog,
                    validFrom: Timestamp(milliseconds: 0))
                var columns = SampleColumns()
                columns.reserve(17_520)
                var tenths = 200
                for slot in 0..<17_520 {
                    tenths += (slot &* 2_654_435_761 &+ index &* 40_503) >> 7 & 3 - 1
                    columns.append(
                        time: 1_735_689_600_000 + Int64(slot * 2 + half) * 900_000,
                        value: Double(tenths) / 10, quality: 0)
                }
                try bulk.append(columns, to: id)
            }
            _ = try bulk.commit()
        }
        store.close()
    }

    private static func scan(_ path: String) throws {
        let snapshot = try Snapshot.open(at: path)
        let grid = BucketGrid(bounds: [UTCYear(2025).start, UTCYear(2026).start])!
        let all = try snapshot.aggregates(
            of: snapshot.catalog.allSeries.map(\.id), in: grid, from: .samples)
        guard all.reduce(0, { $0 + $1[0].count }) == snapshot.sampleCount else {
            throw WrongAnswer("the scan missed samples")
        }
    }
}

/// Reads this process's private memory every few milliseconds.
private final class MemorySampler: @unchecked Sendable {
    private let lock = NSLock()
    private var peak = 0
    private var isDone = false

    init() {
        let thread = Thread { [self] in
            while !lock.withLock({ isDone }) {
                let now = MemorySampler.privateKilobytes()
                lock.withLock { peak = max(peak, now) }
                Thread.sleep(forTimeInterval: 0.002)
            }
        }
        thread.start()
    }

    /// Megabytes at the peak.
    func stop() -> Double {
        lock.withLock {
            isDone = true
            return Double(max(peak, MemorySampler.privateKilobytes())) / 1024
        }
    }

    private static func privateKilobytes() -> Int {
        guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return 0 }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("RssAnon:") {
            return Int(line.filter(\.isNumber)) ?? 0
        }
        return 0
    }
}
