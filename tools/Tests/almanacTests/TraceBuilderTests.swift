import Testing
import TimeSeriesModel

@testable import almanac

@Suite("TraceBuilder") struct TraceBuilderTests {
    /// Samples a second apart but where a time is given, drawn over 0 to 100 s in columns of 10 s.
    private func trace(
        _ samples: [(second: Int64, value: Double, quality: Quality)], _ form: TraceForm = .line,
        from: Int64 = 0, to: Int64 = 100, now: Int64 = 0, columnCount: Int = 10
    ) -> Trace {
        var builder = TraceBuilder(
            Trace(name: "a", unit: "", form: form),
            range: TimeRange(
                from: Timestamp(milliseconds: from * 1000), to: Timestamp(milliseconds: to * 1000))!,
            now: Timestamp(milliseconds: now * 1000), columnCount: columnCount)
        for sample in samples {
            builder.add(
                Sample(
                    time: Timestamp(milliseconds: sample.second * 1000), value: sample.value,
                    quality: sample.quality))
        }
        return builder.finish()
    }

    private func seconds(_ trace: Trace) -> [[Int64]] {
        trace.runs.map { $0.map { $0.time / 1000 } }
    }

    @Test("keeps of each column what can be seen, spikes above all") func spikes() {
        let samples = (0..<100).map { (Int64($0), $0 == 37 ? 99.0 : Double($0 % 10), Quality.good) }
        let trace = trace(samples)
        #expect(trace.runs.count == 1)
        #expect(trace.runs[0].contains(.init(time: 37_000, value: 99)))
        #expect(trace.runs[0].count <= 40)
        #expect(trace.summary.sampleCount == 100 && trace.summary.maximum == 99)
    }

    @Test("breaks a line at a gap, and not at one missing sample") func gaps() {
        let times: [Int64] = [0, 1, 2, 3, 5, 6, 7, 20, 21, 22]
        let trace = trace(times.map { ($0, 1, .good) }, to: 30, columnCount: 1000)
        #expect(seconds(trace) == [[0, 1, 2, 3, 5, 6, 7], [20, 21, 22]])
        #expect(trace.gaps == [.init(from: 7000, to: 20_000)])
        #expect(trace.summary.gapCount == 1 && trace.summary.gapDuration == 13_000)
    }

    @Test("ends with a gap where a point fell silent, up to now") func silence() {
        let samples = (0..<20).map { (Int64($0), 1.0, Quality.good) }
        #expect(trace(samples, now: 60).gaps == [.init(from: 19_000, to: 60_000)])
        #expect(trace(samples, now: 500).gaps == [.init(from: 19_000, to: 100_000)])
        #expect(trace(samples, now: 20).gaps == [])
    }

    @Test("breaks a line at a bad sample, marks it, and draws no value of it") func bad() {
        let trace = trace(
            [
                (0, 1, .good), (1, 2, .good), (2, 900, .bad), (3, .nan, .good), (4, 3, .stale),
                (5, 4, .good),
            ], to: 6, now: 6, columnCount: 1000)
        #expect(seconds(trace) == [[0, 1], [4, 5]])
        #expect(trace.marks.map(\.time) == [2000, 3000, 4000])
        #expect(trace.marks.map(\.isBad) == [true, true, false])
        #expect(trace.summary.maximum == 4)
        #expect(trace.summary.badCount == 2 && trace.summary.uncertainCount == 1)
    }

    @Test("bounds runs and points by columns, however many breaks there are")
    func manyBreaks() {
        for form in [TraceForm.line, .step, .lane] {
            let samples = (0..<20_000).map { second -> (Int64, Double, Quality) in
                let value = second == 7776 ? 99 : Double(second % 3)
                return (Int64(second), value, second % 2 == 0 ? .good : .bad)
            }
            let trace = trace(samples, form, to: 20_000, now: 20_000, columnCount: 50)
            #expect(trace.runs.count <= 50)
            #expect(trace.runs.reduce(0) { $0 + $1.count } <= 8 * 50)
            #expect(trace.runs.joined().contains { $0.value == 99 })
            let times = trace.runs.joined().map(\.time)
            #expect(times == times.sorted())
            #expect(trace.summary.badCount == 10_000)
        }
    }

    @Test("keeps breaks that are wider than a column") func visibleBreaks() {
        // Bad from 20 to 39 s and at 55 s, in columns of 10 s.
        let samples = (0..<100).map { second -> (Int64, Double, Quality) in
            let isBad = (20..<40).contains(second) || second == 55
            return (Int64(second), Double(second), isBad ? .bad : .good)
        }
        let runs = seconds(trace(samples))
        #expect(runs.map(\.first) == [0, 40, 56] && runs.map(\.last) == [19, 54, 99])
    }

    @Test("holds a state up to the next sample, and one interval into a gap") func holds() {
        let trace = trace(
            [(0, 1, .good), (1, 0, .good), (2, 1, .good), (9, 0, .good)], .lane, to: 20, now: 11,
            columnCount: 1000)
        #expect(seconds(trace) == [[0, 1, 2, 3], [9, 10]])
        #expect(trace.runs[0].last?.value == 1)
    }

    @Test("lets lines come in and go out over the edges") func edges() {
        let samples = [(-1, 0, .good), (1, 2, .good), (3, 4, .good)] as [(Int64, Double, Quality)]
        let line = trace(samples, to: 2, columnCount: 1000)
        #expect(
            line.runs == [
                [
                    .init(time: 0, value: 1), .init(time: 1000, value: 2),
                    .init(time: 2000, value: 3),
                ]
            ])
        let step = trace(samples, .step, to: 2, columnCount: 1000)
        #expect(step.runs[0].map(\.value) == [0, 2, 2])
        #expect(line.summary.sampleCount == 1)
        // A sample before the range that is too old to be joined.
        let old = trace([(-50, 7, .good)] + (0..<9).map { ($0, 1, .good) }, to: 9, columnCount: 100)
        #expect(old.runs.count == 1 && old.runs[0][0] == .init(time: 0, value: 1))
        #expect(old.gaps == [])
    }

    @Test("finds the interval of regular, jittered and rare samples") func interval() {
        #expect(GapRule.interval(of: [Int64]([5])) == nil)
        #expect(GapRule.interval(of: [Int64]([0, 10, 20, 30, 90, 100])) == 10)
        #expect(GapRule.interval(of: [Int64]([0, 99, 201, 300, 402, 499])) == 99)
        // Recorded on change: no step is usual, and only the longest of many are gaps.
        let times = (0..<100).reduce(into: [Int64(0)]) { $0.append($0.last! + Int64($1 * $1)) }
        #expect(GapRule.interval(of: times)! > 8000)
    }

    @Test("judges a point whose interval changes by that of the time") func changingInterval() {
        let slow = (0..<2000).map { (Int64($0) * 60, 1.0, Quality.good) }
        let fast = (0..<5000).map { (Int64(2000 * 60 + $0), 1.0, Quality.good) }
        for samples in [
            slow + fast,
            fast.map { ($0.0 - 120_000, $0.1, $0.2) } + slow.map { ($0.0 + 5059, $0.1, $0.2) },
        ] {
            #expect(trace(samples, to: 200_000).gaps.count <= 1)
        }
    }
}
