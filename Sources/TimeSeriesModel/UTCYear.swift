/// A calendar year of UTC: the span that one segment file covers.
///
/// Years that no ``Timestamp`` can name begin and end at the first or last moment of all.
public struct UTCYear: Hashable, Comparable, Sendable {
    public let number: Int

    public init(_ number: Int) { self.number = number }

    /// The year that holds a moment.
    public init(containing time: Timestamp) {
        number = CivilDate(daysSince1970: time.rawValue.floorDivided(by: 86_400_000)).year
    }

    public var start: Timestamp {
        Timestamp(
            milliseconds: CivilDate(year: number, month: 1, day: 1).daysSince1970.times(86_400_000))
    }

    /// The first moment after the year.
    public var end: Timestamp { UTCYear(number == .max ? number : number + 1).start }

    public var range: TimeRange { TimeRange(from: start, to: end)! }

    public static func < (left: UTCYear, right: UTCYear) -> Bool { left.number < right.number }
}
