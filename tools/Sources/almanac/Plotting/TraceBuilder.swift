import TimeSeriesModel

/// Makes a trace of samples in the order of their times, with bounded memory.
///
/// Takes the sample before the range and the one behind it too, if there are: lines then reach the
/// picture's edges.
struct TraceBuilder {
    /// Samples over which an interval is measured: a point whose interval changes is judged by
    /// that of the time.
    private static let blockSampleCount = 512

    private let range: TimeRange
    private let now: Timestamp
    private let columnCount: Int
    private var trace: Trace
    private var block: [Sample] = []
    private var interval: Int64?
    /// Of any quality: where a gap would begin.
    private var newestTime: Int64?
    /// What the next sample is joined to; nil behind a break.
    private var previous: Trace.Point?
    private var run: [Trace.Point] = []
    private var column = TraceColumn()

    /// - Parameters:
    ///   - trace: with nothing drawn yet.
    ///   - now: nothing is missing behind it.
    init(_ trace: Trace, range: TimeRange, now: Timestamp, columnCount: Int) {
        self.trace = trace
        self.range = range
        self.now = now
        self.columnCount = columnCount
    }

    mutating func add(_ sample: Sample) {
        block.append(sample)
        if block.count == TraceBuilder.blockSampleCount { takeBlock() }
    }

    mutating func finish() -> Trace {
        takeBlock()
        if let newestTime { endLine(at: newestTime) }
        endRun()
        return trace
    }

    /// A point that fell silent has a gap at its end.
    private mutating func endLine(at newest: Int64) {
        hold(to: newest + (interval ?? 0))
        let end = min(range.to, now).milliseconds
        guard let interval, end > newest, GapRule.isGap(end - newest, interval: interval) else {
            return
        }
        note(Trace.Gap(from: newest, to: end))
    }

    private mutating func takeBlock() {
        let times = (newestTime.map { [$0] } ?? []) + block.map(\.time.milliseconds)
        // A last block of a few samples says less of the interval than the one before it.
        if interval == nil || times.count > 8 {
            interval = GapRule.interval(of: times) ?? interval
        }
        for sample in block { take(sample) }
        block.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ sample: Sample) {
        let time = sample.time.milliseconds
        let point = Trace.Point(time: time, value: sample.value)
        let isDrawn = sample.value.isFinite && sample.quality.isUsable
        if range.contains(sample.time) { note(sample, isDrawn) }
        if let newestTime, let interval, GapRule.isGap(time - newestTime, interval: interval) {
            hold(to: newestTime + interval)
            endRun()
            note(Trace.Gap(from: newestTime, to: time))
        }
        newestTime = time
        guard isDrawn else {
            hold(to: time)
            endRun()
            return
        }
        if let previous { enter(from: previous, to: point) }
        if range.contains(sample.time) {
            append(point)
        } else if let previous, time >= range.to.milliseconds {
            append(.init(time: range.to.milliseconds, value: value(previous, point, at: range.to)))
        }
        previous = point
    }

    // MARK: - Lines

    /// The point on the left edge, where a line comes in over it.
    private mutating func enter(from left: Trace.Point, to right: Trace.Point) {
        guard left.time < range.from.milliseconds, right.time > range.from.milliseconds else {
            return
        }
        append(.init(time: range.from.milliseconds, value: value(left, right, at: range.from)))
    }

    private func value(
        _ left: Trace.Point, _ right: Trace.Point, at time: Timestamp
    ) -> Double {
        guard !trace.form.isStep, right.time > left.time else { return left.value }
        let part = Double(time.milliseconds - left.time) / Double(right.time - left.time)
        return left.value * (1 - part) + right.value * part
    }

    /// What holds does so up to a time, if nothing follows before it.
    private mutating func hold(to time: Int64) {
        guard trace.form.isStep, let previous, time > range.from.milliseconds,
            previous.time < range.to.milliseconds
        else { return }
        let end = Trace.Point(
            time: min(time, range.to.milliseconds), value: previous.value)
        enter(from: previous, to: end)
        if end.time > previous.time { append(end) }
    }

    private mutating func append(_ point: Trace.Point) {
        let index = self.index(of: point.time)
        if column.index != index {
            column.flush(to: &run)
            column = TraceColumn(index: index)
        }
        column.add(point)
    }

    private mutating func endRun() {
        column.flush(to: &run)
        column = TraceColumn()
        if !run.isEmpty, !joinsLastRun() { trace.runs.append(run) }
        run = []
        previous = nil
    }

    /// Thins a run that lies wholly in the column in which the last one ends into that one's points
    /// there: a break within a column cannot be seen, and breaks there may be as many as samples.
    private mutating func joinsLastRun() -> Bool {
        guard let end = trace.runs.last?.last, let last = run.last else { return false }
        let index = index(of: end.time)
        guard self.index(of: last.time) == index else { return false }
        let joined = trace.runs.count - 1
        var column = TraceColumn(index: index)
        let start =
            trace.runs[joined].lastIndex { self.index(of: $0.time) != index }.map { $0 + 1 } ?? 0
        for point in trace.runs[joined][start...] + run { column.add(point) }
        trace.runs[joined].removeSubrange(start...)
        column.flush(to: &trace.runs[joined])
        return true
    }

    private func index(of time: Int64) -> Int {
        let length = Double(range.to.milliseconds - range.from.milliseconds)
        let part = Double(time - range.from.milliseconds) / length
        return max(0, min(columnCount - 1, Int(part * Double(columnCount))))
    }

    // MARK: - What stands beside the line

    private mutating func note(_ sample: Sample, _ isDrawn: Bool) {
        trace.summary.sampleCount += 1
        if isDrawn { trace.summary.add(sample.value) }
        let isUncertain = isDrawn && sample.quality.qualityClass == .uncertain
        guard !isDrawn || isUncertain else { return }
        if isDrawn { trace.summary.uncertainCount += 1 } else { trace.summary.badCount += 1 }
        let time = sample.time.milliseconds
        let last = trace.marks.last { $0.isBad == !isDrawn }
        if let last, index(of: last.time) == index(of: time) { return }
        trace.marks.append(.init(time: time, value: sample.value, isBad: !isDrawn))
    }

    private mutating func note(_ gap: Trace.Gap) {
        let shown = Trace.Gap(
            from: max(gap.from, range.from.milliseconds), to: min(gap.to, range.to.milliseconds))
        guard shown.from < shown.to else { return }
        trace.summary.gapCount += 1
        trace.summary.gapDuration += shown.to - shown.from
        let isWide = index(of: shown.from) < index(of: shown.to)
        if let last = trace.gaps.last, !isWide, index(of: last.to) == index(of: shown.from) {
            return
        }
        trace.gaps.append(shown)
    }
}

/// The samples of one run in one column of the picture: four of them look like all of them.
private struct TraceColumn {
    private(set) var index = -1
    private var first: Trace.Point?
    private var low: Trace.Point?
    private var high: Trace.Point?
    private var last: Trace.Point?

    init(index: Int = -1) { self.index = index }

    mutating func add(_ point: Trace.Point) {
        guard let low, let high else {
            first = point
            low = point
            high = point
            last = point
            return
        }
        if point.value < low.value { self.low = point }
        if point.value > high.value { self.high = point }
        last = point
    }

    func flush(to run: inout [Trace.Point]) {
        guard let first, let low, let high, let last else { return }
        let inner = low.time <= high.time ? [low, high] : [high, low]
        for point in [first] + inner + [last] where run.last != point { run.append(point) }
    }
}
