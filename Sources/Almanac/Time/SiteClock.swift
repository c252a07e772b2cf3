public import TimeSeriesModel

/// The clock on the wall of a site: its zone with the changes between summer and winter time.
public protocol SiteClock: Sendable {
    /// Milliseconds that the site's clock is ahead of UTC.
    func offset(at time: Timestamp) -> Int64
}

extension SiteClock {
    /// What the site's clock shows.
    public func localTimeOfDay(at time: Timestamp) -> TimeOfDay {
        TimeOfDay(millisecondsSinceMidnight: localMilliseconds(at: time))
    }

    /// The next moment after `time` at which a local day reaches a time of day: the first moment
    /// of that day at which the clock shows it or more.
    ///
    /// Once a local day: where the clock shows the time twice, the first counts; where it jumps
    /// over it, the moment of the jump.
    public func nextInstant(ofTimeOfDay timeOfDay: TimeOfDay, after time: Timestamp) -> Timestamp {
        let today = localMilliseconds(at: time).floorDivided(by: dayLength)
        // Yesterday's may still come where the clock was set back over midnight.
        for day in (today - 1)...(today + 2) {
            let instant = firstMoment(
                ofLocal: day.times(dayLength).plus(timeOfDay.milliseconds))
            if instant > time { return instant }
        }
        // No zone skips two days; a clock that did would still be asked again tomorrow.
        return Timestamp(milliseconds: time.milliseconds.plus(dayLength))
    }

    private func localMilliseconds(at time: Timestamp) -> Int64 {
        time.milliseconds.plus(offset(at: time))
    }

    /// The moment at which the site's clock first shows a time, or would if it were not skipped: then
    /// the moment of the change.
    ///
    /// - Parameter local: milliseconds since 1970-01-01T00:00 of the site's clock.
    public func firstMoment(ofLocal local: Int64) -> Timestamp {
        // Offsets lie between −12 h and +14 h, so a day to either side is before and after.
        let before = offset(at: Timestamp(milliseconds: local.minus(dayLength)))
        let after = offset(at: Timestamp(milliseconds: local.plus(dayLength)))
        let early = Timestamp(milliseconds: local.minus(before))
        if offset(at: early) == before { return early }
        let late = Timestamp(milliseconds: local.minus(after))
        if late >= early || offset(at: late) == after { return late }
        return change(after: late.milliseconds, until: early.milliseconds)
    }

    /// The first moment with the offset that holds at `high`.
    private func change(after low: Int64, until high: Int64) -> Timestamp {
        let target = offset(at: Timestamp(milliseconds: high))
        var low = low
        var high = high
        while high.minus(low) > 1 {
            let middle = low + high.minus(low) / 2
            if offset(at: Timestamp(milliseconds: middle)) == target {
                high = middle
            } else {
                low = middle
            }
        }
        return Timestamp(milliseconds: high)
    }
}

private let dayLength: Int64 = 86_400_000
