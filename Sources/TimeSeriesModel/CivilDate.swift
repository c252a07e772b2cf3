/// A day of the proleptic Gregorian calendar.
///
/// The arithmetic counts days in 400-year eras that begin on 1 March, so that the leap day is the
/// last of its year (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
///
/// A date is at most about 300 million years from 1970, which is more than a ``Timestamp`` can
/// name. Beyond that, and for a month or day that no calendar has, the nearest date is used.
public struct CivilDate: Hashable, Sendable {
    public let year: Int
    /// 1…12.
    public let month: Int
    /// 1…31.
    public let day: Int

    public init(year: Int, month: Int, day: Int) {
        self.year = min(max(year, -CivilDate.yearMax), CivilDate.yearMax)
        self.month = min(max(month, 1), 12)
        self.day = min(max(day, 1), 31)
    }

    private static let yearMax = 300_000_000
    private static let daysMax: Int64 = 109_000_000_000

    public init(daysSince1970 days: Int64) {
        let shifted = min(max(days, -CivilDate.daysMax), CivilDate.daysMax) + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    public var daysSince1970: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = shiftedYear.floorDivided(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let shiftedMonth = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// How many days the month has.
    public static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
