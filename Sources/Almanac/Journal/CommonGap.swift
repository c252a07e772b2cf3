import ColumnCodec
import SegmentStore

/// A gap of every point: what retention removed, or what a damaged log has lost.
struct CommonGap: Hashable, Sendable {
    var from: Timestamp
    /// `nil` where nobody knows: then up to each point's next sample.
    var to: Timestamp?
    var reason: GapReason
    var detail: String?
    /// Points that were made known later had nothing to lose.
    var recordedAt: Timestamp?
}

extension HistorySnapshot {
    /// The gaps of every point, as they concern one of them and overlap a range.
    func commonGaps(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> [Gap] {
        let overlapping = try journal.commonGaps(in: range, for: engine)
        let end = startOfJournal
        guard !overlapping.isEmpty || end.map({ range.from < $0 }) == true else { return [] }
        let made = try storedPoint(point)?.made ?? .min
        var found: [Gap] = []
        for gap in overlapping {
            if let recordedAt = gap.recordedAt, made > recordedAt.rawValue { continue }
            let end: Timestamp
            if let to = gap.to {
                end = to
            } else {
                end = try nextSample(of: point, after: gap.from)
            }
            guard end > range.from, let own = TimeRange(from: gap.from, to: end) else { continue }
            found.append(Gap(point: point, range: own, reason: gap.reason, detail: gap.detail))
        }
        if let end, range.from < end, !found.contains(where: { $0.reason == .removed }) {
            let start = made == .min ? range.from : Timestamp(rawValue: made)
            if start < min(end, range.to), let lost = TimeRange(from: start, to: end) {
                found.append(Gap(point: point, range: lost, reason: .removed))
            }
        }
        return found
    }

    /// Retention takes whole years of the journal along, and with them the gaps that it has recorded
    /// there: before this time everything was removed.
    private var startOfJournal: Timestamp? {
        guard let floor = engine.floor, BulkImport.supportedRange.contains(floor) else {
            return nil
        }
        return UTCYear(containing: floor).start
    }

    /// The time of a point's next sample; the next millisecond where there is none.
    private func nextSample(
        of point: PointAddress, after time: Timestamp
    ) throws(HistoryError) -> Timestamp {
        let next = Timestamp(rawValue: time.rawValue.plus(1))
        let later = TimeRange(from: next, to: max(next, TimeRange.all.to))!
        return try columns(of: point, in: later, limit: 1).times.first
            .map(Timestamp.init(rawValue:)) ?? next
    }
}

/// A clock that was found set back or forth.
struct ClockJump: Hashable, Sendable {
    var time: Timestamp
    /// A point, a device's number, or `nil` for this machine's own clock.
    var subject: String?

    func concerns(_ point: PointAddress) -> Bool {
        guard let subject else { return true }
        return subject == point.description || subject == String(point.device.rawValue)
    }

    init?(_ entry: JournalEntry) {
        guard let event = Event(entry), event.kind == Event.clockJumpKind else { return nil }
        time = event.time
        subject = event.subject
    }
}

extension Event {
    /// The kinds that are counted in quality reports.
    static let ingestKind = "ingest"
    static let clockJumpKind = "clock_jump"
}
