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
}
