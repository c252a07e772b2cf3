import ColumnCodec
import SegmentStore

extension HistorySnapshot {
    /// The samples of a point in a range, as columns.
    func columns(
        of point: PointAddress, in range: TimeRange, limit: Int? = nil
    ) throws(HistoryError) -> SampleColumns {
        guard let series = try series(of: point) else { return SampleColumns() }
        do throws(StoreError) {
            return try engine.samples(of: series, in: range, limit: limit, skipping: log)
        } catch { throw HistoryError(error) }
    }

    /// What reads of a point need beyond its samples: kind, profile, when it was collected, and the
    /// gaps that were recorded or that damage has made. Nil for a known point without a series.
    ///
    /// - Parameters:
    ///   - point: a known one.
    ///   - range: what is asked for.
    ///   - needsRule: whether gaps matter to the read; without it neither the journal nor any
    ///     sample is read for them.
    ///   - end: up to when samples were due; nil for ``now``.
    ///   - given: ``scheduledSpans(of:until:)`` of at least this point; nil looks for them.
    func history(
        of point: PointAddress, in range: TimeRange, needsRule: Bool = true,
        dueUntil end: Timestamp? = nil, scheduled given: [PointAddress: [ScheduledSpan]]? = nil
    ) throws(HistoryError) -> BucketReader<StoredSeries>? {
        guard let series = try series(of: point), let known = catalog[point] else { return nil }
        let kinds = known.kinds
        let source = StoredSeries(snapshot: engine, series: series, log: log)
        let profile = try profile(of: point)
        var rule = GapRule(.unknown, recorded: [], times: [])
        if needsRule {
            let end = end ?? now
            // A value that is recorded when it changes comes from before the range, and may have
            // ended there.
            let isChangeOfValue = profile.historyMode == .changeOfValue
            let asked =
                isChangeOfValue ? TimeRange(from: TimeRange.all.from, to: range.to)! : range
            let spans =
                if let given { given } else { try scheduledSpans(of: point, until: end) }
            rule = try source.gapRule(
                RecordingSchedule(
                    spans[point] ?? [], isChangeOfValue: isChangeOfValue,
                    pointOff: try inactiveRanges(of: point)),
                recorded: try readable(else: []) { () throws(HistoryError) in
                    try recordedGaps(of: point, in: asked)
                } + damagedGaps(of: point, ofAnyPoint: true),
                in: range)
            rule.horizon = end.milliseconds
        }
        return BucketReader(
            source: source, dataType: kinds.last(in: range).dataType, profile: profile,
            rule: rule, kinds: kinds)
    }
}
