internal import Almanac
internal import TimeSeriesModel

/// The clock of a device as it was read: how its local times become UTC.
struct DeviceClock: Hashable, Sendable {
    /// Milliseconds that local time is ahead of UTC, by the device's own utc-offset and
    /// daylight-savings-status; 0 if it has none.
    var offset: Int64 = 0
    /// Milliseconds that the device's clock is ahead of ours; nil if it was not read.
    var skew: Int64?
    /// The zone of the site, if the device's clock agrees with it now. Its rules then hold for each
    /// record, also for those from before the clocks changed.
    var zone: TimeZoneRules?

    /// A device whose clock is not known is taken to be right, and to be in UTC.
    init() {}

    /// - Parameters:
    ///   - localTime: what its clock shows, in milliseconds since 1970 of its local time.
    ///   - utcOffsetMinutes: what it adds to standard time to get UTC, positive in the west.
    ///   - isDaylightSaving: whether its local time is an hour ahead of standard time.
    ///   - now: our time at that moment.
    ///   - site: the zone of the site.
    init(
        localTime: Int64?, utcOffsetMinutes: Int64?, isDaylightSaving: Bool?, at now: Timestamp,
        site: TimeZoneRules?
    ) {
        let standard = -(utcOffsetMinutes ?? 0) * 60_000
        offset = standard + (isDaylightSaving == true ? 3_600_000 : 0)
        skew = localTime.map { $0 - offset - now.milliseconds }
        if let site, !site.isUTC, site.offset(at: now) == offset { zone = site }
    }

    /// By how much the times of records are corrected: whole minutes, none within the tolerance, and
    /// as before while the clock stays within it, so that the same record has the same time at each
    /// reading.
    func error(before known: Int64?, tolerance: Duration) -> Int64? {
        guard let skew else { return known }
        let tolerance = tolerance.wholeMilliseconds
        if let known, abs(skew - known) <= tolerance { return known }
        guard abs(skew) > tolerance else { return 0 }
        return (Double(skew) / 60_000).rounded().milliseconds(per: 60_000)
    }

    /// The moment of a local time.
    ///
    /// - Parameters:
    ///   - localTime: in milliseconds since 1970 of the device's local time.
    ///   - error: how far the device's clock is ahead, in milliseconds.
    ///   - last: the time of the record before it. Of an hour that comes twice, the first one after
    ///     it is taken.
    func time(ofLocal localTime: Int64, error: Int64, after last: Timestamp?) -> Timestamp {
        let local = localTime - error
        guard let zone else { return Timestamp(milliseconds: local - offset) }
        let early = zone.firstMoment(ofLocal: local)
        guard let last, early <= last else { return early }
        let late = Timestamp(milliseconds: early.milliseconds + 3_600_000)
        let isRepeated = late.milliseconds + zone.offset(at: late) == local
        return isRepeated ? late : early
    }
}

extension Double {
    /// A count of units, each of so many milliseconds; the clock of a device can be wrong by any
    /// amount, and centuries are as good as more.
    fileprivate func milliseconds(per unit: Int64) -> Int64 {
        let bound = 1e9
        return Int64(Swift.min(Swift.max(self, -bound), bound)) * unit
    }
}

extension Duration {
    /// Cut to milliseconds.
    var wholeMilliseconds: Int64 {
        components.seconds &* 1000 &+ components.attoseconds / 1_000_000_000_000_000
    }
}
