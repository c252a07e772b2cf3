import Almanac
import SegmentStore
import TimeSeriesModel

/// The time that `gaps` and `health` look at, and why it ends where it does.
struct ReviewSpan {
    let asked: TimeRange
    /// Nothing is missing from here on.
    let end: Timestamp
    /// Whether it ends with the store's last sample, for want of anything that says more was due.
    let endsWithSamples: Bool

    /// Everything where nothing was asked for. Up to now where a trend log is active; else nobody
    /// promised more samples than there are, and the store's last one is the end.
    init(
        _ span: SpanOptions, of snapshot: Snapshot, in zone: TimeZoneRules, store: String
    ) throws(ToolFailure) {
        let now = SystemClock.now
        asked = try span.range(in: zone, now: now)
        let isCollected = try withHistoryErrors(of: store) { () throws(HistoryError) in
            // A log's newest samples are looked at with it; damage among them is told by the review.
            try !HistorySnapshot(of: snapshot, skipping: DamageLog())
                .trendLogs(activeOnly: true).isEmpty
        }
        guard span.to == nil, !isCollected else {
            end = now
            endsWithSamples = false
            return
        }
        let last = try withStoreErrors(of: store) { () throws(StoreError) in
            try snapshot.summary().lastTime
        }
        end = min(now, last?.next ?? now)
        endsWithSamples = last != nil && end < now
    }

    /// The part in which something can be missing.
    var range: TimeRange {
        TimeRange(from: asked.from, to: max(asked.from, min(asked.to, end)))!
    }

    /// Says on standard error how far was looked, where that is not up to now.
    func sayEnd(to notes: Notes, in zone: TimeZoneRules) {
        guard endsWithSamples else { return }
        let last = Timestamp(milliseconds: range.to.milliseconds - 1)
        notes.say(
            "up to \(zone.text(of: last)), the store's last sample; --to now looks further")
    }
}
