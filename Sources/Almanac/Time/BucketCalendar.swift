public import TimeSeriesModel

/// Buckets of one width, numbered: fixed widths from 1970 UTC, calendar widths from the zone's
/// 1970 (weeks from its Monday, 1969-12-29).
public struct BucketCalendar: Hashable, Sendable {
    public let width: BucketWidth
    /// Whose days, weeks, months and years they are; of no meaning for fixed widths.
    public let zone: TimeZoneRules

    public init(width: BucketWidth, zone: TimeZoneRules = .utc) {
        self.width = width
        self.zone = zone
    }

    private static let day: Int64 = 86_400_000
    /// 1970-01-01 was a Thursday, the fourth day of its week.
    private static let daysSinceMonday: Int64 = 3

    /// The number of the bucket that holds a moment.
    public func index(containing time: Timestamp) -> Int64 {
        if case .milliseconds(let step) = width { return time.milliseconds.floorDivided(by: step) }
        let days = (time.milliseconds + zone.offset(at: time)).floorDivided(by: BucketCalendar.day)
        switch width {
        case .milliseconds: preconditionFailure("fixed widths were answered above")
        case .days(let count): return days.floorDivided(by: count)
        case .weeks(let count):
            return (days + BucketCalendar.daysSinceMonday).floorDivided(by: 7 * count)
        case .months(let count):
            let date = CivilDate(daysSince1970: days)
            return Int64((date.year - 1970) * 12 + date.month - 1).floorDivided(by: count)
        }
    }

    /// The moment at which a bucket begins.
    public func start(of index: Int64) -> Timestamp {
        switch width {
        case .milliseconds(let step): return Timestamp(milliseconds: index * step)
        case .days(let count): return midnight(index * count)
        case .weeks(let count):
            return midnight(index * 7 * count - BucketCalendar.daysSinceMonday)
        case .months(let count):
            let month = index * count
            let year = month.floorDivided(by: 12)
            let date = CivilDate(
                year: Int(year) + 1970, month: Int(month - year * 12) + 1, day: 1)
            return midnight(date.daysSince1970)
        }
    }

    private func midnight(_ days: Int64) -> Timestamp {
        zone.firstMoment(ofLocal: days * BucketCalendar.day)
    }
}

/// Some consecutive buckets of a calendar inside a range, ready to be filled.
public struct BucketSpan: Hashable, Sendable {
    /// Ascending, one more than there are buckets: bucket i reaches from bound i up to bound i + 1.
    /// The first and last bucket are cut to the range.
    public let bounds: [Timestamp]
    /// Where each bucket begins on the calendar, also before the range.
    public let starts: [Timestamp]
    /// Where the next span begins; nil at the end of the range.
    public let next: Timestamp?
}

extension BucketCalendar {
    /// The buckets from the one that holds the range's start on, `countMax` at most; nil for an
    /// empty range.
    public func span(of range: TimeRange, countMax: Int) -> BucketSpan? {
        guard !range.isEmpty else { return nil }
        var index = index(containing: range.from)
        var starts = [start(of: index)]
        var bounds = [range.from]
        while starts.count <= countMax {
            index += 1
            let next = start(of: index)
            // A day that a zone skipped whole has no length, and no bucket.
            if next <= bounds[bounds.count - 1] { continue }
            guard next < range.to else {
                bounds.append(range.to)
                break
            }
            bounds.append(next)
            starts.append(next)
        }
        let isWhole = bounds[bounds.count - 1] == range.to
        if !isWhole { starts.removeLast() }
        return BucketSpan(
            bounds: bounds, starts: starts, next: isWhole ? nil : bounds[bounds.count - 1])
    }
}
