import Almanac

/// Zürich in 2025 by hand: summer time from 30 March to 26 October, both at 01:00 UTC.
struct ZurichClock: SiteClock {
    static let spring = Timestamp("2025-03-30T01:00:00Z")!
    static let autumn = Timestamp("2025-10-26T01:00:00Z")!

    func offset(at time: Timestamp) -> Int64 {
        time >= ZurichClock.spring && time < ZurichClock.autumn ? 7_200_000 : 3_600_000
    }
}

/// A clock that jumps at one moment.
struct JumpingClock: SiteClock {
    let jump: Timestamp
    let hoursBefore: Int64
    let hoursAfter: Int64

    func offset(at time: Timestamp) -> Int64 {
        (time < jump ? hoursBefore : hoursAfter) * 3_600_000
    }
}
