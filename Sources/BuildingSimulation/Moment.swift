internal import TimeSeriesModel

/// A time as the building sees it: local hour, working day, season.
///
/// Local time is UTC + 1 h all year. A schedule that moved with daylight saving would say more about
/// time zones than about a building, and the zone is the reader's choice.
struct Moment {
    let milliseconds: Int64
    /// Local days since 1970-01-01.
    let day: Int64
    /// Local hour of the day, 0..<24.
    let hour: Double
    /// Monday is 0.
    let weekday: Int64
    /// 1 in the middle of January, -1 in the middle of July.
    let season: Double

    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 86_400_000
    static let hoursPerYear = 365.2425 * 24
    private static let localOffset: Int64 = 3_600_000
    private static let coldestDay = 14.0

    init(_ milliseconds: Int64) {
        self.milliseconds = milliseconds
        let local = milliseconds &+ Moment.localOffset
        day = local.floorDivided(by: Moment.day)
        hour = Double(local &- day &* Moment.day) / Double(Moment.hour)
        // 1970-01-01 was a Thursday.
        let shifted = day &+ 3
        weekday = shifted &- shifted.floorDivided(by: 7) &* 7
        season = Curve.cosine(turns: Moment.turnsOfYear(day: day, hour: hour))
    }

    var isWorkday: Bool { weekday < 5 }

    /// Hours since 1970, local.
    var hours: Double { Double(day) * 24 + hour }

    /// The integral of ``season`` over time in hours, but for a constant.
    var seasonIntegral: Double {
        let turns = Moment.turnsOfYear(day: day, hour: hour)
        return Moment.hoursPerYear / (2 * Double.pi) * Curve.sine(turns: turns)
    }

    func earlier(by milliseconds: Int64) -> Moment { Moment(self.milliseconds &- milliseconds) }

    /// Whether the schedule of working days is on between two local hours.
    func isScheduled(_ from: Double, _ to: Double) -> Bool {
        isWorkday && hour >= from && hour < to
    }

    private static func turnsOfYear(day: Int64, hour: Double) -> Double {
        (Double(day) + hour / 24 - coldestDay) / 365.2425
    }
}
