import TimeSeriesModel

/// A picture of some points over one time, before anybody knows on what it is drawn.
struct Chart: Sendable {
    let time: TimeScale
    /// From top to bottom.
    let panels: [Panel]

    /// Traces whose values have one unit share a panel; each point of states has its own.
    struct Panel: Sendable {
        let unit: String
        let traces: [Trace]
        /// The place of the panel's first trace in the whole chart, for its colour.
        let firstTrace: Int

        /// Two states on a lane, which needs no height.
        var isLane: Bool { traces[0].form == .lane }

        func scale(tickCount: Int) -> ValueScale {
            let low = traces.compactMap(\.summary.minimum).min()
            let high = traces.compactMap(\.summary.maximum).max()
            guard let low, let high else {
                return isLane ? .lane : ValueScale(low: 0, high: 1, ticks: [])
            }
            // A state beyond the two is drawn too, if anybody sends one.
            if isLane, low >= 0, high <= 1 { return .lane }
            return ValueScale(from: low, to: high, tickCount: tickCount)
        }
    }

    init(time: TimeScale, traces: [Trace]) {
        self.time = time
        var groups: [[Trace]] = []
        for trace in traces {
            let place = groups.firstIndex { group in
                group[0].unit == trace.unit && group[0].form == .line && trace.form == .line
                    && (!trace.unit.isEmpty || Chart.areAlike(group + [trace]))
            }
            if let place { groups[place].append(trace) } else { groups.append([trace]) }
        }
        // What has height stands above the lanes.
        let ordered = groups.filter { $0[0].form != .lane } + groups.filter { $0[0].form == .lane }
        var first = 0
        panels = ordered.map { traces in
            defer { first += traces.count }
            return Panel(unit: traces[0].unit, traces: traces, firstTrace: first)
        }
    }

    /// Points without a unit may be of any: on one scale, those of small values would lie flat.
    private static func areAlike(_ traces: [Trace]) -> Bool {
        let spans = traces.compactMap { trace in
            trace.summary.minimum.flatMap { low in trace.summary.maximum.map { low...$0 } }
        }
        guard let low = spans.map(\.lowerBound).min(), let high = spans.map(\.upperBound).max()
        else { return true }
        let least = spans.map { $0.upperBound - $0.lowerBound }.min() ?? 0
        return high - low <= 4 * least
    }

    var traces: [Trace] { panels.flatMap(\.traces) }
}

extension Trace {
    /// `35,040 samples, 2 bad, 1 gap of 3.5 h`.
    var note: String {
        guard summary.sampleCount > 0 else { return "no samples" }
        var parts = [NumberText.count(summary.sampleCount, of: "sample")]
        if summary.badCount > 0 { parts.append("\(NumberText.grouped(summary.badCount)) bad") }
        if summary.uncertainCount > 0 {
            parts.append("\(NumberText.grouped(summary.uncertainCount)) uncertain")
        }
        if summary.gapCount > 0 {
            parts.append(
                "\(NumberText.count(summary.gapCount, of: "gap")) of "
                    + (summary.gapCount > 1 ? "together " : "")
                    + DurationText.text(summary.gapDuration))
        }
        return parts.joined(separator: ", ")
    }

    /// `-3.4 … 30.2, last 8`; nil where nothing is drawn.
    func extremes(_ dots: String) -> String? {
        guard let low = summary.minimum, let high = summary.maximum, let last = summary.last else {
            return nil
        }
        let unit = unit.isEmpty ? "" : " \(unit)"
        guard form != .lane else { return "last \(NumberText.text(last))" }
        return "\(NumberText.text(low)) \(dots) \(NumberText.text(high))\(unit), last "
            + NumberText.text(last)
    }
}

/// Lengths of time in one unit, for people.
enum DurationText {
    static func text(_ milliseconds: Int64) -> String {
        let units: [(name: String, length: Double)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000),
        ]
        for unit in units where Double(milliseconds) >= unit.length {
            let value = (Double(milliseconds) / unit.length * 10).rounded() / 10
            return "\(NumberText.text(value)) \(unit.name)"
        }
        return "\(milliseconds) ms"
    }
}
