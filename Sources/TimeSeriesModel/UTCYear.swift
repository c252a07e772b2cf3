/// A calendar year of UTC: the span that one segment file covers.
public struct UTCYear: Hashable, Comparable, Sendable {
    public let number: Int

    public init(_ number: Int) { self.number = number }

    /// The year that holds a moment.
    public init(containing time: Timestamp) {
        number = CivilDate(daysSince1970: time.rawValue.floorDivided(by: 86_400_000)).year
    }

    public var start: Timestamp {
        Timestamp(
            milliseconds: CivilDate(year: number, month: 1, day: 1).daysSince1970 * 86_400_000)
    }

    /// The first moment after the year.
    public var end: Timestamp { UTCYear(number + 1).start }

    public var range: TimeRange { TimeRange(from: start, to: end)! }

    public static func < (left: UTCYear, right: UTCYear) -> Bool { left.number < right.number }
}

extension Int64 {
    /// The quotient rounded towards minus infinity, so that times before 1970 fall into their day.
    public func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? quotient - 1 : quotient
    }
}
