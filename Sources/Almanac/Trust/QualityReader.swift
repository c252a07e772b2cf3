import BuildingModel
import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// Looks through one point's samples for what is missing and what looks wrong.
struct QualityReader<Source: SampleSource> {
    let source: Source
    let point: PointAddress
    let dataType: DataType
    let profile: PointProfile
    let rule: GapRule

    /// - Parameter counters: what was counted when the samples came.
    func report(
        in range: TimeRange, _ counters: IngestCounters = IngestCounters()
    ) throws(HistoryError) -> QualityReport {
        let columns = try source.allSamples(in: range)
        let outside = try neighbours(of: range)
        let extent = outside.extent(with: columns.times)
        let usableTimes = columns.usableTimes
        let coverage = rule.coverage(of: range, times: usableTimes, extent: extent)
        let gaps = rule.gaps(
            of: point, in: range, times: columns.times, before: outside.before,
            after: outside.after)
        let last = columns.times.last ?? outside.before
        var report = QualityReport(
            point: point, range: range, coverage: coverage, gaps: gaps,
            hasNoData: columns.isEmpty, lastSeen: last.map(Timestamp.init(milliseconds:)),
            isStalled: isStalled(at: range, last: last),
            flatLines: flatLines(columns), outOfRangeCount: outOfRangeCount(columns),
            usableCount: usableTimes.count,
            badCount: columns.qualities.count { !Quality(rawValue: $0).isUsable },
            counters: counters, level: .good)
        report.level = level(of: report)
        return report
    }

    /// The times of the samples next to a range; those inside are not read.
    private func neighbours(of range: TimeRange) throws(HistoryError) -> NeighbouredTimes {
        let older = TimeRange(from: TimeRange.all.from, to: range.from)!
        let newer = TimeRange(from: range.to, to: max(range.to, TimeRange.all.to))!
        return NeighbouredTimes(
            inside: [],
            before: try source.samples(in: older, limit: 1, order: .backward).times.first,
            after: try source.samples(in: newer, limit: 1, order: .forward).times.first)
    }

    /// Whether more than three intervals passed since the last sample, up to the end of the range.
    private func isStalled(at range: TimeRange, last: Int64?) -> Bool {
        guard !rule.schedule.isChangeOfValue, !range.isEmpty else { return false }
        let end = range.to.milliseconds
        let spans = rule.schedule.spans
        if let first = spans.first, first.range.from < range.to {
            let current = spans.last { $0.range.from < range.to }
            guard let current, current.range.to >= range.to else { return false }
            let since = max(last ?? .min, current.range.from.milliseconds)
            return isLong(from: since, to: end)
        }
        return last.map { isLong(from: $0, to: end) } ?? false
    }

    private func isLong(from start: Int64, to end: Int64) -> Bool {
        guard let interval = rule.interval(from: start, to: end) else { return false }
        return end.minus(start) > interval * Int64(TrustLevel.longestGoodGap)
    }

    private func outOfRangeCount(_ columns: SampleColumns) -> Int {
        guard profile.low != nil || profile.high != nil else { return 0 }
        return (0..<columns.count).count { columns.usableSample(at: $0).map(isOutOfRange) ?? false }
    }

    private func isOutOfRange(_ sample: Sample) -> Bool {
        if let low = profile.low, sample.value < low { return true }
        if let high = profile.high, sample.value > high { return true }
        return false
    }

    private func flatLines(_ columns: SampleColumns) -> [TimeRange] {
        let isMeter = profile.historyMode == .consumption || profile.historyMode == .totalizer
        guard dataType == .analog, !isMeter else { return [] }
        var found: [TimeRange] = []
        var first: Sample?
        var last: Sample?
        func endRun() {
            guard let first, let last, let run = TimeRange(from: first.time, to: last.time),
                run.duration >= QualityReport.flatLineDuration
            else { return }
            found.append(run)
        }
        for place in 0..<columns.count {
            guard let sample = columns.usableSample(at: place) else { continue }
            if let known = last, known.value == sample.value,
                !rule.isGap(from: known.time.milliseconds, to: sample.time.milliseconds)
            {
                last = sample
                continue
            }
            endRun()
            first = sample
            last = sample
        }
        endRun()
        return found
    }

    private func level(of report: QualityReport) -> TrustLevel {
        // What was not to be recorded is not missed.
        let missed = report.gaps.filter { !$0.reason.isPause }
        let isRed =
            !rule.schedule.isChangeOfValue
            && missed.contains {
                isLong(from: $0.range.from.milliseconds, to: $0.range.to.milliseconds)
            }
        if isRed { return .red }
        let fraction = report.coverage.fraction ?? 1
        return fraction < TrustLevel.leastGoodCoverage ? .warning : .good
    }
}

extension GapReason {
    /// Nothing was to be recorded.
    fileprivate var isPause: Bool { self == .logDisabled || self == .pointDisabled }
}

extension NeighbouredTimes {
    /// From the first sample to behind the last one, as far as it is known; `nil` for none.
    func extent(with inside: [Int64]) -> TimeRange? {
        guard let first = before ?? inside.first ?? after, let last = after ?? inside.last ?? before
        else { return nil }
        return TimeRange(
            from: Timestamp(milliseconds: first), to: Timestamp(milliseconds: last.plus(1)))
    }
}

extension SampleColumns {
    /// The times of the usable samples: the column itself where all of them are, which is nearly
    /// always, so that a year of seconds is not held twice.
    fileprivate var usableTimes: [Int64] {
        let isWhole = (0..<count).allSatisfy { usableSample(at: $0) != nil }
        return isWhole
            ? times : (0..<count).filter { usableSample(at: $0) != nil }.map { times[$0] }
    }
}
