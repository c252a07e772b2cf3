/// A date on the wire: four octets, each of which may be left open (clause 20.2.12).
///
/// Any octet is taken, so that a device with a broken clock can still be read; ``isSpecific`` says
/// whether it names one day.
public struct BACnetDate: Hashable, Sendable {
    /// What an octet is that leaves its field open.
    public static let unspecifiedOctet: UInt8 = 255

    /// Years since 1900, or 255.
    public var yearSince1900: UInt8
    /// 1…12; 13 odd months, 14 even months, 255 any.
    public var month: UInt8
    /// 1…31; 32 the last of the month, 33 odd days, 34 even days, 255 any.
    public var day: UInt8
    /// 1 Monday … 7 Sunday, 255 any. It is never checked against the other three.
    public var weekday: UInt8

    public init(yearSince1900: UInt8, month: UInt8, day: UInt8, weekday: UInt8) {
        self.yearSince1900 = yearSince1900
        self.month = month
        self.day = day
        self.weekday = weekday
    }

    public static let unspecified = BACnetDate(
        yearSince1900: unspecifiedOctet, month: unspecifiedOctet, day: unspecifiedOctet,
        weekday: unspecifiedOctet)

    /// True for one day of the calendar; the weekday may be left open.
    public var isSpecific: Bool {
        guard yearSince1900 != BACnetDate.unspecifiedOctet, (1...12).contains(month) else {
            return false
        }
        let year = 1900 + Int(yearSince1900)
        return day >= 1 && Int(day) <= CivilDay.count(inMonth: Int(month), of: year)
    }
}

/// A time of day on the wire: four octets, each of which may be left open (clause 20.2.13).
public struct BACnetTime: Hashable, Sendable {
    public var hour: UInt8
    public var minute: UInt8
    public var second: UInt8
    public var hundredths: UInt8

    public init(hour: UInt8, minute: UInt8, second: UInt8 = 0, hundredths: UInt8 = 0) {
        self.hour = hour
        self.minute = minute
        self.second = second
        self.hundredths = hundredths
    }

    public static let unspecified = BACnetTime(
        hour: BACnetDate.unspecifiedOctet, minute: BACnetDate.unspecifiedOctet,
        second: BACnetDate.unspecifiedOctet, hundredths: BACnetDate.unspecifiedOctet)

    /// True for one second of the day; the hundredths may be left open.
    public var isSpecific: Bool {
        hour < 24 && minute < 60 && second < 60
            && (hundredths < 100 || hundredths == BACnetDate.unspecifiedOctet)
    }
}

/// A date and a time of day, in the local time of the device that says it.
public struct BACnetDateTime: Hashable, Sendable {
    public var date: BACnetDate
    public var time: BACnetTime

    public init(date: BACnetDate, time: BACnetTime) {
        self.date = date
        self.time = time
    }

    public static let unspecified = BACnetDateTime(date: .unspecified, time: .unspecified)

    /// The moment, in milliseconds since 1970-01-01T00:00Z; `nil` where a field is left open or is
    /// none of the calendar. Hundredths that are left open count as none.
    ///
    /// - Parameter utcOffsetMinutes: what the device adds to its local time to get UTC, as its
    ///   property utc-offset says it: positive west of Greenwich. 0 for a time that is UTC.
    public func unixMilliseconds(utcOffsetMinutes: Int) -> Int64? {
        guard date.isSpecific, time.isSpecific, (-1440...1440).contains(utcOffsetMinutes) else {
            return nil
        }
        let days = CivilDay.number(
            year: 1900 + Int(date.yearSince1900), month: Int(date.month), day: Int(date.day))
        let minutes = Int(time.hour) * 60 + Int(time.minute) + utcOffsetMinutes
        let hundredths = time.hundredths == BACnetDate.unspecifiedOctet ? 0 : Int(time.hundredths)
        let seconds = Int64(days * 86_400 + minutes * 60 + Int(time.second))
        return seconds * 1000 + Int64(hundredths * 10)
    }

    /// The local date and time of a moment, cut to hundredths of a second; `nil` outside the years
    /// 1900 to 2154, which is all that a date on the wire can say.
    ///
    /// - Parameters:
    ///   - unixMilliseconds: since 1970-01-01 in UTC.
    ///   - utcOffsetMinutes: as in ``unixMilliseconds(utcOffsetMinutes:)``.
    public init?(unixMilliseconds: Int64, utcOffsetMinutes: Int) {
        guard (-1440...1440).contains(utcOffsetMinutes),
            (-2_300_000_000_000..<5_900_000_000_000).contains(unixMilliseconds)
        else { return nil }
        let local = Int(unixMilliseconds) - utcOffsetMinutes * 60_000
        let days = (local - (local < 0 ? 86_399_999 : 0)) / 86_400_000
        let civil = CivilDay(number: days)
        guard let year = UInt8(exactly: civil.year - 1900), year != BACnetDate.unspecifiedOctet
        else { return nil }
        date = BACnetDate(
            yearSince1900: year, month: UInt8(civil.month), day: UInt8(civil.day),
            weekday: UInt8(CivilDay.weekday(number: days)))
        let hundredths = (local - days * 86_400_000) / 10
        time = BACnetTime(
            hour: UInt8(hundredths / 360_000), minute: UInt8(hundredths / 6000 % 60),
            second: UInt8(hundredths / 100 % 60), hundredths: UInt8(hundredths % 100))
    }
}
