import BuildingModel
import ColumnCodec
import SegmentStore
import TimeSeriesModel

extension GapRule {
    /// The gaps of a point in a range, in order, each with its reason.
    ///
    /// A polled point's gap begins where the first sample was due and ends at the next one, so that
    /// consecutive ticks are one gap; its reasons are those of the recorded gaps in it, else that log
    /// or point were off, `unknown` elsewhere. A gap recorded where less than two and a half intervals are missing is none. Of a
    /// point that is recorded when it changes, gaps are the recorded ones.
    ///
    /// - Parameters:
    ///   - times: of the point's samples of any quality in the range, ascending.
    ///   - before: the time of the last sample before the range, if there is one.
    ///   - after: that of the first one behind it.
    func gaps(
        of point: PointAddress, in range: TimeRange, times: [Int64], before: Int64?, after: Int64?
    ) -> [Gap] {
        guard !range.isEmpty else { return [] }
        if schedule.isChangeOfValue {
            let parts = recorded.compactMap { gap in
                gap.range.intersection(range).map { part(of: gap, $0) }
            }
            return merged(parts).map { $0.gap(of: point) }
        }
        return missing(in: range, times: times, before: before, after: after)
            .compactMap { $0.intersection(range) }
            .flatMap { reasons(in: $0) }.map { $0.gap(of: point) }
    }

    /// Where samples were due and none came; the first and last may reach out of the range.
    private func missing(
        in range: TimeRange, times: [Int64], before: Int64?, after: Int64?
    ) -> [TimeRange] {
        var known = times
        if let before { known.insert(before, at: 0) }
        if let after { known.append(after) }
        let due = activeRange(range)
        guard let first = known.first, let last = known.last else {
            return (due ?? recordedSpan(in: range)).map { [$0] } ?? []
        }
        var found: [TimeRange] = []
        // Without a schedule, what was recorded says that samples were due: those removed, say.
        let start = (due ?? recordedSpan(in: range))?.from
        if before == nil, let start, let head = head(start.milliseconds, first) {
            found.append(head)
        }
        for (one, next) in zip(known, known.dropFirst()) where isGap(from: one, to: next) {
            found.append(gap(behind: one, upTo: next))
        }
        if after == nil {
            // Without a schedule a point is expected to go on, for nobody said that it ended.
            let end = due.map { max($0.to, Timestamp(milliseconds: last)) } ?? range.to
            if end.milliseconds > last, schedule.spans.isEmpty || due != nil,
                isGap(from: last, to: end.milliseconds)
            {
                found.append(gap(behind: last, upTo: end.milliseconds))
            }
        }
        return found
    }

    /// From the moment that recording began up to a first sample that came late.
    private func head(_ start: Int64, _ first: Int64) -> TimeRange? {
        // The first tick is due within an interval, so the time before it counts like one.
        guard let interval = interval(from: start, to: first),
            isGap(from: start.minus(interval), to: first)
        else { return nil }
        return TimeRange(from: Timestamp(milliseconds: start), to: Timestamp(milliseconds: first))
    }

    private func gap(behind time: Int64, upTo next: Int64) -> TimeRange {
        let interval = interval(from: time, to: next) ?? 0
        return TimeRange(
            from: Timestamp(milliseconds: min(next, time.plus(interval))),
            to: Timestamp(milliseconds: next))!
    }

    /// From the first to the last moment of a range that lies in a recorded gap, of a point without a
    /// schedule.
    private func recordedSpan(in range: TimeRange) -> TimeRange? {
        guard schedule.spans.isEmpty else { return nil }
        let parts = closed.compactMap { $0.intersection(range) }
        guard let first = parts.first, let last = parts.last else { return nil }
        return TimeRange(from: first.from, to: last.to)
    }

    /// From the first to the last moment of a range in which samples were due.
    func activeRange(_ range: TimeRange) -> TimeRange? {
        let parts = schedule.spans.compactMap { $0.range.intersection(range) }
        guard let first = parts.first, let last = parts.last else { return nil }
        return TimeRange(from: first.from, to: last.to)
    }
}

/// A stretch of a gap with one reason.
private struct GapPart {
    var range: TimeRange
    var reason: GapReason
    var detail: String?
    var isRecorded: Bool

    func gap(of point: PointAddress) -> Gap {
        Gap(point: point, range: range, reason: reason, detail: detail)
    }
}

extension GapRule {
    private func part(of gap: Gap, _ range: TimeRange) -> GapPart {
        GapPart(range: range, reason: gap.reason, detail: gap.detail, isRecorded: true)
    }

    /// Cuts a gap where its reason changes. Of recorded gaps that overlap the earlier one counts.
    private func reasons(in gap: TimeRange) -> [GapPart] {
        var parts: [GapPart] = []
        var start = gap.from
        let place = latestEnds.partitioningIndex { $0 > gap.from }
        for one in recorded[place...] {
            if one.range.from >= gap.to { break }
            guard let rest = TimeRange(from: start, to: gap.to),
                let own = one.range.intersection(rest)
            else { continue }
            if start < own.from { parts.append(unknown(start, own.from)) }
            parts.append(part(of: one, own))
            start = own.to
        }
        if start < gap.to { parts.append(unknown(start, gap.to)) }
        return merged(absorbed(parts.flatMap(paused), in: gap))
    }

    /// What nobody recorded, with the reasons that the schedule has for it.
    private func paused(_ part: GapPart) -> [GapPart] {
        guard !part.isRecorded else { return [part] }
        var parts: [GapPart] = []
        var start = part.range.from
        for (pause, reason) in schedule.pauses {
            guard let own = pause.intersection(part.range) else { continue }
            if start < own.from { parts.append(unknown(start, own.from)) }
            parts.append(GapPart(range: own, reason: reason, detail: nil, isRecorded: true))
            start = own.to
        }
        if start < part.range.to { parts.append(unknown(start, part.range.to)) }
        return parts
    }

    private func unknown(_ from: Timestamp, _ to: Timestamp) -> GapPart {
        GapPart(
            range: TimeRange(from: from, to: to)!, reason: .unknown, detail: nil, isRecorded: false)
    }

    /// Gives what lies between recorded gaps and is no longer than an interval to its neighbour:
    /// who records a gap knows of its ticks, not of the moments before and after them.
    private func absorbed(_ parts: [GapPart], in gap: TimeRange) -> [GapPart] {
        guard parts.contains(where: \.isRecorded) else { return parts }
        let interval =
            interval(from: gap.from.milliseconds, to: gap.to.milliseconds) ?? 0
        var found: [GapPart] = []
        var carried: Timestamp?
        for part in parts {
            let isShort = part.range.duration.milliseconds <= interval && !part.isRecorded
            if isShort, let last = found.last, last.isRecorded {
                found[found.count - 1].range = TimeRange(from: last.range.from, to: part.range.to)!
            } else if isShort {
                carried = part.range.from
            } else {
                var own = part
                own.range = TimeRange(from: carried ?? part.range.from, to: part.range.to)!
                carried = nil
                found.append(own)
            }
        }
        return found
    }

    /// Makes one of consecutive parts with the same reason.
    private func merged(_ parts: [GapPart]) -> [GapPart] {
        var found: [GapPart] = []
        for part in parts {
            if let last = found.last, last.range.to >= part.range.from,
                last.reason == part.reason, last.detail == part.detail
            {
                found[found.count - 1].range = TimeRange(
                    from: last.range.from, to: max(last.range.to, part.range.to))!
            } else {
                found.append(part)
            }
        }
        return found
    }
}

extension SampleSource {
    /// The times of a range's samples, of any quality, and those next to it.
    func neighbouredTimes(of range: TimeRange) throws(HistoryError) -> NeighbouredTimes {
        let inside = try allSamples(in: range).times
        let older = TimeRange(from: TimeRange.all.from, to: range.from)!
        let newer = TimeRange(from: range.to, to: max(range.to, TimeRange.all.to))!
        return NeighbouredTimes(
            inside: inside,
            before: try samples(in: older, limit: 1, order: .backward).times.first,
            after: try samples(in: newer, limit: 1, order: .forward).times.first)
    }

    func gaps(
        of point: PointAddress, in range: TimeRange, _ rule: GapRule
    ) throws(HistoryError) -> [Gap] {
        let times = try neighbouredTimes(of: range)
        return rule.gaps(
            of: point, in: range, times: times.inside, before: times.before, after: times.after)
    }
}

/// When a point has samples, in milliseconds.
struct NeighbouredTimes: Hashable, Sendable {
    var inside: [Int64]
    /// Of the last one before the range.
    var before: Int64?
    /// Of the first one behind it.
    var after: Int64?
}
