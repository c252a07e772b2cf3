import TestSupport
import Testing

@testable import Almanac

@Suite("RecordingSchedule") struct RecordingScheduleTests {
    private func span(_ from: Int64, _ to: Int64, _ interval: Int64) -> ScheduledSpan {
        ScheduledSpan(
            range: TimeRange(
                from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to))!,
            interval: .milliseconds(interval))
    }

    @Test("puts spans in order, the shortest interval first in rank") func order() {
        let found = RecordingSchedule([
            span(50, 80, 20), span(0, 60, 10), span(90, 90, 5), span(90, 95, 0),
        ])
        #expect(found.spans == [span(0, 60, 10), span(60, 80, 20)])
        #expect(
            RecordingSchedule([span(0, 70, 20), span(10, 60, 10), span(70, 75, 20)]).spans
                == [span(0, 10, 20), span(10, 60, 10), span(60, 75, 20)])
    }

    @Test("tells the longest interval in force, else that of the span before") func interval() {
        let found = RecordingSchedule([span(0, 50, 10), span(50, 80, 20), span(200, 300, 5)])
        #expect(found.interval(from: 10, to: 20) == 10)
        #expect(found.interval(from: 45, to: 55) == 20)
        #expect(found.interval(from: 100, to: 150) == 20)
        #expect(found.interval(from: -20, to: -10) == 10)
        #expect(found.interval(from: 70, to: 210) == 20)
        #expect(RecordingSchedule.unknown.interval(from: 0, to: 10) == nil)
    }

    @Test("pauses where neither span reaches, for the point's sake or the log's") func pauses() {
        let spans = [span(0, 50, 10), span(50, 60, 20), span(80, 99, 10)]
        let off = span(90, 95, 1).range
        let found = RecordingSchedule(spans, pointOff: [off]).pauses
        #expect(found.map(\.range) == [span(60, 80, 1).range, span(90, 95, 1).range])
        #expect(found.map(\.reason) == [.logDisabled, .pointDisabled])
    }

    @Test("of no samples has no most frequent step, of ties the shorter") func steps() {
        #expect(UsualStep.of([]) == nil)
        #expect(UsualStep.of([5]) == nil)
        #expect(UsualStep.of([0, 10, 15, 25, 30]) == 5)
    }

    /// The most frequent length of a minute that jitters was any of its milliseconds.
    @Test("see a minute behind its jitter, and a step that is not round as it is")
    func jitter() {
        var noise = SplitMix64(seed: 7)
        for jitter in [100, 3_000, 29_000] as [Int64] {
            let minutes = (0..<8_000).map { place in
                Int64(place) * 60_000 + Int64.random(in: 0...jitter, using: &noise)
            }
            #expect(UsualStep.of(minutes) == 60_000, "\(jitter) ms")
            // One in ten is missing.
            let holes = minutes.enumerated().filter { $0.offset % 10 != 3 }.map(\.element)
            #expect(UsualStep.of(holes) == 60_000, "\(jitter) ms")
        }
        let odd = (0..<4_000).map { place in
            Int64(place) * 47_000 + Int64.random(in: 0...200, using: &noise)
        }
        #expect(abs((UsualStep.of(odd) ?? 0) - 47_000) < 100)
        #expect(UsualStep.of((0..<100).map { Int64($0) * 61_000 }) == 61_000)
    }
}
