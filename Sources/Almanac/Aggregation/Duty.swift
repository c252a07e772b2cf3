public import TimeSeriesModel

/// How a digital point spent a range.
///
/// A state holds until the next sample, limited by the gap rule; other time is in no state.
public struct Duty: Hashable, Sendable {
    /// In which the point is known to have been on (not 0).
    public var onTime: Duration
    /// In which its state is known at all.
    public var coveredTime: Duration
    /// Changes of state between consecutive usable samples, told by the later one. Across a gap one
    /// is counted where the states differ: there was one at least.
    public var transitionCount: Int
    /// Those of them from off to on.
    public var startCount: Int
    /// The longest stretch that was on without a break in what is known; the first of equals.
    public var longestRun: TimeRange?

    /// ``onTime`` by ``coveredTime``; `nil` where nothing is known.
    public var share: Double? {
        let covered = coveredTime.milliseconds
        return covered > 0 ? Double(onTime.milliseconds) / Double(covered) : nil
    }

    public var longestRunTime: Duration { longestRun?.duration ?? .zero }
}

extension Duty {
    /// - Parameter samples: the usable ones in order, with those next to the range.
    init(_ samples: [Sample], in range: TimeRange, _ rule: GapRule) {
        self.init(onTime: .zero, coveredTime: .zero, transitionCount: 0, startCount: 0)
        guard !range.isEmpty else { return }
        countTransitions(samples, in: range)
        var run: TimeRange?
        for span in rule.knownSpans(samples, .hold, end: range.to.milliseconds) {
            let known = TimeRange(
                from: Timestamp(milliseconds: span.start), to: Timestamp(milliseconds: span.end))
            guard let part = known?.intersection(range) else { continue }
            coveredTime += part.duration
            guard span.startValue != 0 else {
                run = nil
                continue
            }
            onTime += part.duration
            let goesOn = run.map { $0.to == part.from } ?? false
            run = TimeRange(from: goesOn ? run!.from : part.from, to: part.to)
            if let run, run.duration > longestRunTime { longestRun = run }
        }
    }

    private mutating func countTransitions(_ samples: [Sample], in range: TimeRange) {
        for (one, next) in zip(samples, samples.dropFirst()) where range.contains(next.time) {
            guard (one.value != 0) != (next.value != 0) else { continue }
            transitionCount += 1
            if next.value != 0 { startCount += 1 }
        }
    }
}

extension SampleSource {
    func duty(in range: TimeRange, _ rule: GapRule) throws(HistoryError) -> Duty {
        Duty(try usableSamples(around: range), in: range, rule)
    }
}
