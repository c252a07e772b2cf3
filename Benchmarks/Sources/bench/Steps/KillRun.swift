import Foundation
import SegmentStore
import TimeSeriesModel

/// Opening after a process was killed with a full log, as reader and as writer, and after a clean
/// close.
struct KillRun<Source: TickSource> {
    private let repetitions = 3

    let source: Source
    let store: String
    /// The arguments of the step that appends the ticks of `source` to the store in a folder.
    let hold: (_ folder: String) -> [String]

    func run(_ result: inout RunResult) throws {
        let key = source.keys[0]
        for _ in 0..<repetitions {
            result.add(
                "open_writer_clean",
                try FirstWrittenStep.milliseconds(store, key, at: source.time(of: 0) - 1),
                unit: "ms")
        }
        let held = store + ".held"
        let copy = store + ".killed"
        defer {
            for folder in [held, copy] { try? FileManager.default.removeItem(atPath: folder) }
        }
        try FileManager.default.copyItem(atPath: store, toPath: held)
        let countBefore = try Snapshot.open(at: held).sampleCount
        let ticks = try HoldStep.killed(hold(held))
        result.info["killed_log_mb"] = String(
            format: "%.1f", Double(try Snapshot.open(at: held).summary().logByteCount) / 1_048_576)
        result.info["killed_log_samples"] = String(ticks * source.keys.count)
        for _ in 0..<repetitions {
            result.add(
                "open_after_kill_reader",
                try FirstAnswerStep.milliseconds(
                    of: Engines.almanac, held, key, at: .max), unit: "ms")
        }
        // Recovery empties the log, so each needs a copy that has it.
        for _ in 0..<repetitions {
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
        let snapshot = try Snapshot.open(at: folder)
        let expected = countBefore + ticks * source.keys.count
        guard snapshot.sampleCount == expected else {
            throw WrongAnswer(
                "after the kill \(snapshot.sampleCount) samples found, \(expected) expected")
        }
        let reader = try AlmanacReader(snapshot, source.keys)
        for (index, value) in source.values(of: ticks - 1).enumerated() {
            guard let found = try reader.latest(of: index), found.value == value,
                found.time == source.time(of: ticks - 1)
            else { throw WrongAnswer("after the kill the last tick of \(source.keys[index])") }
        }
    }
}
