import Almanac
import Foundation

/// `bench readers`: what questions to `DataManager` take that a hundred readers ask, alone and beside a
/// writer that stores ticks, flushes and merges.
///
/// Ends with an error where an answer was wrong.
struct ReadersRun {
    private let readerCount: Int
    private let seconds: Int

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "readers", words: 0, options: ["--readers", "--seconds"])
        readerCount = try words.number("--readers", default: 100)
        seconds = try words.number("--seconds", default: 10)
    }

    func run() throws {
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let store = try CrowdStore(at: work)
        announce(
            "\(store.points.count) points, \(store.manager.snapshot().sampleCount) samples; "
                + "\(readerCount) readers, \(seconds) s each")
        let alone = try Crowd(store).ask(readers: readerCount, seconds: seconds)
        let writer = CrowdWriter(store)
        writer.start()
        let beside = Result { try Crowd(store).ask(readers: readerCount, seconds: seconds) }
        let report = try writer.stop()
        try check(work, report)
        announce(
            "µs                  alone p50       p99   beside a writer p50       p99   p99 ratio")
        for question in Crowd.Question.allCases {
            row(question.name, alone[question.rawValue], try beside.get()[question.rawValue])
        }
        let ticks = report.ticks.sorted()
        announce(
            "\(ticks.count) durable ticks of \(store.points.count), \(report.flushCount) flushes, "
                + "\(report.mergeCount) merges; ms a tick: p50 "
                + String(
                    format: "%.2f, p99 %.2f", late(ticks, 50) / 1000, late(ticks, 99) / 1000))
    }

    /// A fresh reader finds every tick that was acknowledged.
    private func check(_ path: String, _ report: CrowdWriter.Report) throws {
        let found = try DataManager.open(at: path, mode: .readOnly).snapshot().sampleCount
        let pointCount = CrowdStore.deviceCount * CrowdStore.pointsPerDevice
        let expected = pointCount * (CrowdStore.slotCount + report.ticks.count)
        guard found == expected else {
            throw WrongAnswer("\(found) samples found afterwards, \(expected) expected")
        }
    }

    /// Microseconds below which so many of a hundred lie.
    private func late(_ sorted: [UInt64], _ percent: Int) -> Double {
        guard !sorted.isEmpty else { return .nan }
        return Double(sorted[min(sorted.count - 1, sorted.count * percent / 100)]) / 1000
    }

    private func row(_ name: String, _ alone: [UInt64], _ beside: [UInt64]) {
        let figures = [
            late(alone, 50), late(alone, 99), late(beside, 50), late(beside, 99),
            late(beside, 99) / late(alone, 99),
        ]
        let widths = [10, 10, 22, 10, 12]
        announce(
            name.padding(toLength: 19, withPad: " ", startingAt: 0)
                + zip(figures, widths).map { figure, width in
                    let text = String(format: "%.1f", figure)
                    return String(repeating: " ", count: max(0, width - text.count)) + text
                }.joined())
    }
}
