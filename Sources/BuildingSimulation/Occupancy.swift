/// How full the building is: a mean working day that can be integrated, and rooms that differ.
enum Occupancy {
    /// The share of people present on a mean working day; 0 at weekends. People come between half
    /// past six and nine, four in ten go out at noon, and all have left by seven.
    static func mean(at moment: Moment) -> Double {
        guard moment.isWorkday else { return 0 }
        let h = moment.hour
        return Curve.ramp(h, 6.5, 9) - 0.4 * Curve.ramp(h, 11.75, 12.5)
            + 0.4 * Curve.ramp(h, 12.75, 13.5) - Curve.ramp(h, 16.5, 19)
    }

    /// The integral of ``mean(at:)`` since a Monday, in hours. It needs no table of past days,
    /// because every working day has the same mean.
    static func meanIntegral(at moment: Moment) -> Double {
        let weeks = (moment.day &+ 3 &- moment.weekday) / 7
        let workdays = Double(weeks) * 5 + Double(min(moment.weekday, 5))
        return workdays * sinceMidnight(24) + (moment.isWorkday ? sinceMidnight(moment.hour) : 0)
    }

    /// How full one room is, 0...1: the mean day, that day's attendance, and coming and going.
    static func level(of room: HashNoise, at moment: Moment) -> Double {
        let mean = mean(at: moment)
        guard mean > 0 else { return 0 }
        let today = room.unit(moment.day)
        let attendance = today < 0.12 ? 0.15 : 0.6 + 0.4 * today
        let movement =
            0.55 + 0.45 * room.smooth(at: moment.milliseconds, spacing: 90 * Moment.minute)
        return mean * attendance * movement
    }

    private static func sinceMidnight(_ h: Double) -> Double {
        Curve.rampIntegral(h, 6.5, 9) - 0.4 * Curve.rampIntegral(h, 11.75, 12.5)
            + 0.4 * Curve.rampIntegral(h, 12.75, 13.5) - Curve.rampIntegral(h, 16.5, 19)
    }
}
