import TestSupport
import Testing

@testable import Almanac

@Suite("Duty") struct DutyTests {
    @Test("adds up states cell by cell", arguments: 0..<300)
    func random(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let history = RandomHistory(
            near: moments[seed % moments.count], isChangeOfValue: seed % 3 == 0,
            isScheduled: seed % 2 == 0, random: &random)
        let duty = try history.source.duty(in: history.range, history.rule)
        let cell = RandomHistory.cell
        var known: [Bool?] = []
        let from = history.range.from.milliseconds
        let to = history.range.to.milliseconds
        for start in stride(from: from, to: to, by: Int64.Stride(cell)) {
            known.append(
                history.naive.value(at: Double(start) + Double(cell) / 2, .hold).map { $0 != 0 })
        }
        let onCount = known.count { $0 == true }
        let coveredCount = known.count { $0 != nil }
        #expect(duty.onTime == .milliseconds(Int64(onCount) * cell), "seed \(seed)")
        #expect(duty.coveredTime == .milliseconds(Int64(coveredCount) * cell), "seed \(seed)")
        #expect(
            areClose(
                duty.share, coveredCount > 0 ? Double(onCount) / Double(coveredCount) : nil),
            "seed \(seed)")
        let longest = known.split(whereSeparator: { $0 != true }).map(\.count).max() ?? 0
        #expect(duty.longestRunTime == .milliseconds(Int64(longest) * cell), "seed \(seed)")
        let states = history.naive.usable.map { ($0.time, $0.value != 0) }
        var changes = 0
        var starts = 0
        for (one, next) in zip(states, states.dropFirst())
        where history.range.contains(next.0) && one.1 != next.1 {
            changes += 1
            if next.1 { starts += 1 }
        }
        #expect(duty.transitionCount == changes, "seed \(seed)")
        #expect(duty.startCount == starts, "seed \(seed)")
    }

    @Test("knows nothing of an empty range") func empty() throws {
        let moment = Timestamp("2025-01-01")!
        let source = ArraySource(samples: [Sample(time: moment, value: 1)])
        let duty = try source.duty(
            in: TimeRange(from: moment, to: moment)!,
            GapRule(.unknown, recorded: [], times: []))
        #expect(duty.share == nil && duty.longestRun == nil && duty.transitionCount == 0)
    }
}
