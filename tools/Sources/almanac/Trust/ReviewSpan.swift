import Almanac
import SegmentStore
import TimeSeriesModel

/// The time that `gaps` and `health` look at, and why it ends where it does.
struct ReviewSpan {
    let asked: TimeRange
    /// Nothing is missing from here on.
    let end: Timestamp
    /// Whether it ends with the store's last sample, because nothing shows that more was due.
    let endsWithSamples: Bool
    /// The samples compared with the clock.
    let clock: ClockReview

    /// Everything if nothing was asked for. Up to now if a trend log is active; else no one promised
    /// more samples than there are, and the store's newest sample that is not in the future is the
    /// end. If the clock is behind the data, the data are the measure: see ``ClockReview``.
    init(
        _ span: SpanOptions, of snapshot: Snapshot, in zone: TimeZoneRules, store: String
    ) throws(ToolFailure) {
        let now = SystemClock.now
        asked = try span.range(in: zone, now: now)
        // A log's newest samples are read with it; the review reports damage among them.
        let history = HistorySnapshot(of: snapshot, skipping: DamageLog())
        let (isCollected, clock) = try withHistoryErrors(of: store) { () throws(HistoryError) in
            (try !history.trendLogs(activeOnly: true).isEmpty, try history.clockReview(at: now))
        }
        self.clock = clock
        guard !clock.isClockBehind else {
            end = clock.present.next
            endsWithSamples = true
            return
        }
        guard span.to == nil, !isCollected else {
            end = now
            endsWithSamples = false
            return
        }
        end = min(now, clock.newestTime?.next ?? now)
        endsWithSamples = clock.newestTime != nil && end < now
    }

    /// The part in which something can be missing.
    var range: TimeRange {
        TimeRange(from: asked.from, to: max(asked.from, min(asked.to, end)))!
    }

    /// Whether the clock is behind the data and the review was to reach up to now or further.
    var isClockFinding: Bool { clock.isClockBehind && asked.to > clock.now }

    /// Reports on standard error what is odd about the clock or the samples' times, and how far the
    /// review reaches if that is not up to now.
    func reportEnd(to notes: Notes, in zone: TimeZoneRules, _ catalog: Catalog) {
        if isClockFinding {
            Notes.error(clock.behindText(in: zone) + "; looked up to there")
        } else if let text = clock.futureText(in: zone, catalog) {
            Notes.error("warning: \(text)")
        }
        guard endsWithSamples, !clock.isClockBehind else { return }
        let last = Timestamp(milliseconds: range.to.milliseconds - 1)
        notes.say(
            "up to \(zone.text(of: last)), the store's last sample; --to now looks further")
    }
}

extension ClockReview {
    private static let namedCountMax = 3

    /// That the clock is behind, in words.
    func behindText(in zone: TimeZoneRules) -> String {
        "this machine's clock is behind the data: it is \(zone.text(of: now)), and most points have "
            + "samples up to \(zone.text(of: present))"
    }

    /// Which points have samples in the future, in words; nil if none has.
    func futureText(in zone: TimeZoneRules, _ catalog: Catalog) -> String? {
        guard !isClockBehind, !futureSamples.isEmpty else { return nil }
        let named = futureSamples.prefix(ClockReview.namedCountMax).map {
            "\(catalog.title(of: $0.point)) (\(zone.text(of: $0.lastTime)))"
        }
        let rest = futureSamples.count - named.count
        return "\(NumberText.count(futureSampleCount, of: "sample")) of "
            + "\(NumberText.count(futureSamples.count, of: "point")) "
            + (futureSampleCount == 1 ? "is" : "are") + " in the future: "
            + named.joined(separator: ", ")
            + (rest > 0 ? " and \(NumberText.grouped(rest)) more" : "")
            + "; `almanac prune future` removes them"
    }
}
