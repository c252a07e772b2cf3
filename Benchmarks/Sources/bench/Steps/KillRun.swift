import Foundation
import SegmentStore
import TimeSeriesModel

/// Opening after a process was killed with a full log, as reader and as writer, and after a clean
/// close.
struct KillRun {
    private static let repetitions = 3

    let workload: Workload
    let store: String
    let end: Int64

    func run(_ result: inout RunResult) throws {
        let key = workload.keys[0]
        for _ in 0..<KillRun.repetitions {
            result.add(
                "open_writer_clean",
                try FirstWrittenStep.milliseconds(store, key, at: end - 1), unit: "ms")
        }
        let held = store + ".held"
        let copy = store + ".killed"
        defer {
            for folder in [held, copy] { try? FileManager.default.removeItem(atPath: folder) }
        }
        try FileManager.default.copyItem(atPath: store, toPath: held)
        let countBefore = try Snapshot.open(at: held).sampleCount
        let ticks = try HoldStep.killed(held, workload)
        result.info["killed_log_mb"] = String(
            format: "%.1f", Double(try Snapshot.open(at: held).summary().logByteCount) / 1_048_576)
        result.info["killed_log_samples"] = String(ticks * TickSeries.standardCount)
        for _ in 0..<KillRun.repetitions {
            result.add(
                "open_after_kill_reader",
                try FirstAnswerStep.milliseconds(
                    of: Engines.almanac, held, key, at: .max), unit: "ms")
        }
        // Recovery empties the log, so each needs a copy that has it.
        for _ in 0..<KillRun.repetitions {
            try? FileManager.default.removeItem(atPath: copy)
            try FileManager.default.copyItem(atPath: held, toPath: copy)
            result.add(
                "open_after_kill",
                try FirstWrittenStep.milliseconds(copy, key, at: .max), unit: "ms")
            try check(copy, ticks, countBefore)
        }
    }

    /// Every acknowledged sample is there, and the newest is that of the last tick.
    private func check(_ folder: String, _ ticks: Int, _ countBefore: Int) throws {
        let series = TickSeries(workload, end: end)
        let snapshot = try Snapshot.open(at: folder)
        let expected = countBefore + ticks * series.keys.count
        guard snapshot.sampleCount == expected else {
            throw WrongAnswer(
                "after the kill \(snapshot.sampleCount) samples found, \(expected) expected")
        }
        let reader = try AlmanacReader(snapshot, series.keys)
        for (index, value) in series.values(of: ticks - 1).enumerated() {
            guard let found = try reader.latest(of: index), found.value == value,
                found.time == series.time(of: ticks - 1)
            else { throw WrongAnswer("after the kill the last tick of \(series.keys[index])") }
        }
    }
}
