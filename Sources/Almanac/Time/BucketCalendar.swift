public import TimeSeriesModel

/// Buckets of one width, numbered: fixed widths from 1970 UTC, calendar widths from the zone's
/// 1970 (weeks from its Monday, 1969-12-29).
///
/// Every method returns for every argument: a moment that no ``Timestamp`` can name becomes the
/// first or last of all, and a width that no calendar counts by (0 days, say) the nearest that it
/// does. Queries refuse such widths, by ``BucketWidth/isCountable``.
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
    /// More months than there are between 1970 and any moment.
    private static let monthMax: Int64 = 4_000_000_000

    /// The number of the bucket that holds a moment.
    public func index(containing time: Timestamp) -> Int64 {
        switch width.countable {
        case .milliseconds(let step): return time.milliseconds.floorDivided(by: step)
        case .days(let count): return days(at: time).floorDivided(by: count)
        case .weeks(let count):
            return (days(at: time) + BucketCalendar.daysSinceMonday).floorDivided(by: 7 * count)
        case .months(let count):
            let date = CivilDate(daysSince1970: days(at: time))
            return Int64((date.year - 1970) * 12 + date.month - 1).floorDivided(by: count)
        }
    }

    /// Whole local days since 1970.
    private func days(at time: Timestamp) -> Int64 {
        time.milliseconds.plus(zone.offset(at: time)).floorDivided(by: BucketCalendar.day)
    }

    /// The moment at which a bucket begins.
    public func start(of index: Int64) -> Timestamp {
        switch width.countable {
        case .milliseconds(let step): return Timestamp(milliseconds: index.times(step))
        case .days(let count): return midnight(index.times(count))
        case .weeks(let count):
            return midnight(index.times(7 * count).minus(BucketCalendar.daysSinceMonday))
        case .months(let count):
            // No moment is further away, and the arithmetic of dates has no room for more.
            let month = min(
                max(index.times(count), -BucketCalendar.monthMax), BucketCalendar.monthMax)
            let year = month.floorDivided(by: 12)
            let date = CivilDate(
                year: Int(year) + 1970, month: Int(month - year * 12) + 1, day: 1)
            return midnight(date.daysSince1970)
        }
    }

    private func midnight(_ days: Int64) -> Timestamp {
        let (local, overflow) = days.multipliedReportingOverflow(by: BucketCalendar.day)
        // A midnight beyond the last moment is at it, whatever the zone's offset: the starts of
        // buckets that follow each other never go back.
        guard !overflow else { return Timestamp(milliseconds: days < 0 ? .min : .max) }
        return zone.firstMoment(ofLocal: local)
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
    /// The most buckets of one span: 16 MB of bounds.
    public static let spanCountMax = 1_000_000

    /// The buckets from the one that holds the range's start on; nil for an empty range.
    ///
    /// - Parameters:
    ///   - range: half-open.
    ///   - countMax: the most buckets of the span; a number outside 1 to ``spanCountMax`` becomes the
    ///     nearest inside, so that a loop over ``BucketSpan/next`` advances and a span has a bound.
    public func span(of range: TimeRange, countMax: Int) -> BucketSpan? {
        guard !range.isEmpty else { return nil }
        let countMax = min(max(countMax, 1), BucketCalendar.spanCountMax)
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
