import ColumnCodec
import SegmentStore

/// One point of a snapshot with all that its aggregates hang on.
struct PointHistory {
    let reader: BucketReader<StoredSeries>
    let recordedGaps: [Gap]
}

extension HistorySnapshot {
    /// What reads of a point need beyond its samples: kind, profile, when it was collected, and the
    /// gaps that were recorded. Nil for a known point without a series.
    func history(
        of point: PointAddress, in range: TimeRange, now: Timestamp
    ) throws(HistoryError) -> PointHistory? {
        guard let series = try series(of: point), let known = try self.point(point) else {
            return nil
        }
        let source = StoredSeries(snapshot: engine, series: series)
        let gaps = try recordedGaps(of: point, in: range)
        let profile = try profile(of: point)
        let rule = try source.gapRule(
            try schedule(of: point, profile, until: now), recorded: gaps, in: range)
        return PointHistory(
            reader: BucketReader(
                source: source, dataType: known.dataType, profile: profile, rule: rule),
            recordedGaps: gaps)
    }

    /// When samples of a point were due: while active logs held it.
    private func schedule(
        of point: PointAddress, _ profile: PointProfile, until now: Timestamp
    ) throws(HistoryError) -> RecordingSchedule {
        var spans: [ScheduledSpan] = []
        for id in logIDs {
            guard let log = try storedLog(id), log.inactive != true else { continue }
            for item in log.items
            where item.inactive != true && PointAddress(item.point) == point {
                guard let range = TimeRange(from: Timestamp(rawValue: item.made), to: now) else {
                    continue
                }
                spans.append(ScheduledSpan(range: range, interval: .milliseconds(log.ms)))
            }
        }
        return RecordingSchedule(spans, isChangeOfValue: profile.historyMode == .changeOfValue)
    }
}
