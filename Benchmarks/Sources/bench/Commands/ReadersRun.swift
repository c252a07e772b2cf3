import Almanac
import BenchReport
import Foundation

/// `bench readers`: what questions to `DataManager` take that a hundred readers ask, alone and beside a
/// writer that stores ticks, flushes and merges.
///
/// Ends with an error where an answer was wrong.
struct ReadersRun {
    private let readerCount: Int
    private let seconds: Int
    private let resultPath: String?

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "readers", words: 0, options: ["--readers", "--seconds", "--result"])
        readerCount = try words.number("--readers", default: 100)
        seconds = try words.number("--seconds", default: 10)
        resultPath = words.text("--result")
    }

    func run() throws {
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let store = try CrowdStore(at: work)
        let sampleCount = store.manager.snapshot().sampleCount
        let alone = try Crowd(store).ask(readers: readerCount, seconds: seconds)
        let writer = CrowdWriter(store)
        writer.start()
        let beside = Result { try Crowd(store).ask(readers: readerCount, seconds: seconds) }
        let report = try writer.stop()
        try check(work, report)
        let table = table(alone, try beside.get(), report)
        let data =
            "\(store.points.count.grouped) points, \(sampleCount.grouped) samples; "
            + "\(readerCount) readers, \(seconds) s each; beside them \(report.ticks.count) durable "
            + "ticks of \(store.points.count.grouped) samples, \(report.flushCount) flushes, "
            + "\(report.mergeCount) merges"
        try Measured(data: data, table: table).show(resultPath: resultPath)
    }

    private func table(
        _ alone: [[UInt64]], _ beside: [[UInt64]], _ report: CrowdWriter.Report
    ) -> ResultTable {
        var table = ResultTable(
            labels: ["µs"],
            columns: [
                .init("alone50", title: "alone p50"), .init("alone99", title: "p99"),
                .init("beside50", title: "beside a writer p50"), .init("beside99", title: "p99"),
                .init("ratio", title: "ratio of p99"),
            ])
        for question in Crowd.Question.allCases {
            let (alone, beside) = (alone[question.rawValue], beside[question.rawValue])
            table.append(
                question.name,
                figures: [
                    "alone50": late(alone, 50), "alone99": late(alone, 99),
                    "beside50": late(beside, 50), "beside99": late(beside, 99),
                    "ratio": late(beside, 99) / late(alone, 99),
                ])
        }
        let ticks = report.ticks.sorted()
        table.append(
            "the writer's durable tick",
            figures: ["beside50": late(ticks, 50), "beside99": late(ticks, 99)])
        return table
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
}
