import TimeSeriesModel

/// A stretch of time in which a point's value is known: it stays, or runs on a line.
struct KnownSpan: Hashable, Sendable {
    /// In milliseconds since 1970.
    let start: Int64
    let end: Int64
    let startValue: Double
    /// Equal to the first where the value stays.
    let endValue: Double

    /// The mean between two moments of the span.
    func mean(from: Int64, to: Int64) -> Double {
        guard startValue != endValue else { return startValue }
        let slope = (endValue - startValue) / Double(end.minus(start))
        return startValue + slope * (Double(from - start) + Double(to - from) / 2)
    }
}

extension GapRule {
    /// What is known between consecutive usable samples and past the last one.
    ///
    /// - Parameter end: where the question ends.
    func knownSpans(_ samples: [Sample], _ course: ValueCourse, end: Int64) -> [KnownSpan] {
        var spans: [KnownSpan] = []
        spans.reserveCapacity(samples.count)
        for (place, sample) in samples.enumerated() {
            let next = place + 1 < samples.count ? samples[place + 1] : nil
            let start = sample.time.milliseconds
            var stop = start
            var stopValue = sample.value
            switch course {
            case .hold: stop = holdEnd(of: start, next: next?.time.milliseconds, end: end)
            case .linear:
                guard let next, !isGap(from: start, to: next.time.milliseconds) else { continue }
                stop = next.time.milliseconds
                stopValue = next.value
            case .amount: return []
            }
            guard stop > start else { continue }
            spans.append(
                KnownSpan(start: start, end: stop, startValue: sample.value, endValue: stopValue))
        }
        return spans
    }
}
