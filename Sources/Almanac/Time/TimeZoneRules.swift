public import TimeSeriesModel

/// How far the clocks of a place are from UTC, at any moment: one zone of IANA's list.
///
/// Local time exists only where a person reads it; the store knows none. Made by
/// ``named(_:folders:)``, ``utc`` aside.
public struct TimeZoneRules: Hashable, SiteClock {
    /// The name of IANA's list, as it was asked for.
    public let name: String
    /// nil for UTC.
    private let file: ZoneFile?

    /// No offset, and no change ever.
    public static let utc = TimeZoneRules(name: "UTC", file: nil)

    init(name: String, file: ZoneFile?) {
        self.name = name
        self.file = file
    }

    /// Whether it is ``utc``, rather than a zone whose clocks happen to agree with it.
    public var isUTC: Bool { file == nil }

    /// Milliseconds east of UTC.
    public func offset(at time: Timestamp) -> Int64 {
        guard let file else { return 0 }
        return Int64(file.offset(at: time.milliseconds.floorDivided(by: 1000))) * 1000
    }

    /// The moment at which a local clock first shows a time, or would if it were not skipped: then
    /// the moment of the change.
    ///
    /// - Parameter local: milliseconds since 1970-01-01T00:00 of the local clock.
    public func firstMoment(ofLocal local: Int64) -> Timestamp {
        // Offsets lie between −12 h and +14 h, so a day to either side is before and after.
        let day: Int64 = 86_400_000
        let before = offset(at: Timestamp(milliseconds: local - day))
        let after = offset(at: Timestamp(milliseconds: local + day))
        let early = Timestamp(milliseconds: local - before)
        if offset(at: early) == before { return early }
        let late = Timestamp(milliseconds: local - after)
        if offset(at: late) == after { return late }
        return change(between: late.milliseconds, and: early.milliseconds)
    }

    /// The first moment whose offset is that of `high`.
    private func change(between low: Int64, and high: Int64) -> Timestamp {
        var low = low
        var high = high
        let target = offset(at: Timestamp(milliseconds: high))
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: Timestamp(milliseconds: middle)) == target {
                high = middle
            } else {
                low = middle
            }
        }
        return Timestamp(milliseconds: high)
    }
}
