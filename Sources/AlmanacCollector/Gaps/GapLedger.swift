internal import BuildingModel
internal import TimeSeriesModel

/// The gaps of a device's points that are open, and the records that the journal gets of them.
///
/// A gap is recorded when it opens, while it is open each time its length has doubled and at least
/// each hour, and when it closes, each time with its beginning and its reason: a reader, or a start
/// after a crash, knows at least half of it, and records that overlap are one gap to every reader.
struct GapLedger: Hashable, Sendable {
    struct OpenGap: Hashable, Sendable {
        let since: Timestamp
        /// The end of the last missing tick.
        var until: Timestamp
        var recordedUntil: Timestamp
        let reason: GapReason
        let detail: String?
    }

    /// The longest time between two records of an open gap.
    static let recordInterval: Duration = .seconds(3600)

    private(set) var open: [PointAddress: OpenGap] = [:]

    init() {}

    var openCount: Int { open.count }

    /// The reason for which a point has no samples now; nil if it has.
    func reason(of point: PointAddress) -> GapReason? { open[point]?.reason }

    /// Notes ticks without a sample.
    ///
    /// - Parameters:
    ///   - point: the point.
    ///   - range: from the first of the ticks to the end of the last one's interval.
    ///   - reason: why there is no sample.
    ///   - detail: more of the reason, in words. That of the first tick stays.
    /// - Returns: what is to be recorded now.
    mutating func miss(
        _ point: PointAddress, in range: TimeRange, _ reason: GapReason, _ detail: String? = nil
    ) -> [Gap] {
        var records: [Gap] = []
        if var gap = open[point] {
            if gap.reason == reason {
                gap.until = max(gap.until, range.to)
                let pause = min(gap.recordedUntil - gap.since, GapLedger.recordInterval)
                if gap.until - gap.recordedUntil >= pause {
                    gap.recordedUntil = gap.until
                    records += GapLedger.record(gap, of: point, until: gap.until)
                }
                open[point] = gap
                return records
            }
            records += GapLedger.record(gap, of: point, until: range.from)
        }
        let gap = OpenGap(
            since: range.from, until: range.to, recordedUntil: range.to, reason: reason,
            detail: detail)
        open[point] = gap
        return records + GapLedger.record(gap, of: point, until: range.to)
    }

    /// Notes a sample: an open gap of the point ends with it.
    mutating func meet(_ point: PointAddress, at time: Timestamp) -> [Gap] {
        // Ticks that were missed while this one was being read are later than it: their gap stays.
        guard let gap = open[point], gap.since < time else { return [] }
        open[point] =
            gap.until > time
            ? OpenGap(
                since: time, until: gap.until, recordedUntil: time, reason: gap.reason,
                detail: gap.detail) : nil
        return GapLedger.record(gap, of: point, until: time)
    }

    /// Closes what is open because nothing is collected from now on.
    mutating func closeAll(at time: Timestamp) -> [Gap] {
        defer { open = [:] }
        return open.sorted { $0.key < $1.key }.flatMap { point, gap in
            GapLedger.record(gap, of: point, until: max(time, gap.until))
        }
    }

    private static func record(_ gap: OpenGap, of point: PointAddress, until end: Timestamp)
        -> [Gap]
    {
        guard let range = TimeRange(from: gap.since, to: end), !range.isEmpty else { return [] }
        return [Gap(point: point, range: range, reason: gap.reason, detail: gap.detail)]
    }
}
