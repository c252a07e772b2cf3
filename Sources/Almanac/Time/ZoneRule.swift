import TimeSeriesModel

/// When clocks change in the years that a zone file does not list: the POSIX form, as in
/// `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 9636, section 3.3.1).
struct ZoneRule: Hashable, Sendable {
    /// Seconds east of UTC.
    let standardOffset: Int
    /// nil where clocks never change.
    private(set) var summer: Summer?

    struct Summer: Hashable, Sendable {
        /// Seconds east of UTC.
        let offset: Int
        let start: Change
        let end: Change
    }

    /// A day of each year and a time of that day, in seconds of local time.
    struct Change: Hashable, Sendable {
        enum Day: Hashable, Sendable {
            /// 1…365, 29 February never counted.
            case withoutLeapDay(Int)
            /// 0…365.
            case ordinal(Int)
            /// Month, week 1…5 (5: the last), day 0…6 from Sunday.
            case weekday(month: Int, week: Int, day: Int)
        }

        let day: Day
        let seconds: Int

        /// Seconds since 1970 at which the change comes, in the local time before it.
        func localSeconds(inYear year: Int) -> Int64 {
            daysSince1970(year) * 86_400 + Int64(seconds)
        }

        private func daysSince1970(_ year: Int) -> Int64 {
            let newYear = CivilDate(year: year, month: 1, day: 1).daysSince1970
            switch day {
            case .ordinal(let number): return newYear + Int64(number)
            case .withoutLeapDay(let number):
                let isLeap = CivilDate.dayCount(year: year, month: 2) == 29
                return newYear + Int64(number - 1) + (isLeap && number >= 60 ? 1 : 0)
            case .weekday(let month, let week, let weekday):
                let first = CivilDate(year: year, month: month, day: 1).daysSince1970
                // 1970-01-01 was a Thursday.
                let shift = (Int64(weekday) - 4 - first) % 7
                let day = 1 + Int(shift < 0 ? shift + 7 : shift) + (week - 1) * 7
                let count = CivilDate.dayCount(year: year, month: month)
                return first + Int64((day > count ? day - 7 : day) - 1)
            }
        }
    }

    /// Seconds east of UTC at a moment in seconds since 1970.
    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standardOffset }
        let local = seconds + Int64(standardOffset)
        let year = CivilDate(daysSince1970: local.floorDivided(by: 86_400)).year
        let start = summer.start.localSeconds(inYear: year) - Int64(standardOffset)
        let end = summer.end.localSeconds(inYear: year) - Int64(summer.offset)
        let isSummer =
            start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end
        return isSummer ? summer.offset : standardOffset
    }
}

extension ZoneRule {
    /// nil for a text that is not of the form.
    init?(_ text: String) {
        var reader = RuleReader(text)
        guard reader.name(), let west = reader.time() else { return nil }
        standardOffset = -west
        guard !reader.isAtEnd else { return }
        guard reader.name() else { return nil }
        var offset = standardOffset + 3600
        if !reader.isNext(",") {
            guard let west = reader.time() else { return nil }
            offset = -west
        }
        guard let start = reader.change(), let end = reader.change(), reader.isAtEnd else {
            return nil
        }
        summer = Summer(offset: offset, start: start, end: end)
    }
}

/// Takes the parts of a rule from the front of its text.
private struct RuleReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    func isNext(_ mark: Unicode.Scalar) -> Bool { rest.first == UInt8(ascii: mark) }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard isNext(mark) else { return false }
        rest.removeFirst()
        return true
    }

    /// Letters, or anything between angle brackets.
    mutating func name() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let letters = rest.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
        rest = rest[letters.endIndex...]
        return letters.count >= 3
    }

    mutating func number() -> Int? {
        let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
        guard !digits.isEmpty, digits.count < 6 else { return nil }
        rest = rest[digits.endIndex...]
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time() -> Int? {
        let sign = take("-") ? -1 : 1
        if sign == 1 { _ = take("+") }
        guard var seconds = number().map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] where take(":") {
            guard let part = number() else { return nil }
            seconds += part * unit
        }
        return sign * seconds
    }

    mutating func change() -> ZoneRule.Change? {
        guard take(","), let day = day() else { return nil }
        guard take("/") else { return ZoneRule.Change(day: day, seconds: 7200) }
        guard let seconds = time() else { return nil }
        return ZoneRule.Change(day: day, seconds: seconds)
    }

    private mutating func day() -> ZoneRule.Change.Day? {
        if take("J") {
            return number().flatMap { (1...365).contains($0) ? .withoutLeapDay($0) : nil }
        }
        guard take("M") else {
            return number().flatMap { (0...365).contains($0) ? .ordinal($0) : nil }
        }
        guard let month = number(), (1...12).contains(month), take("."), let week = number(),
            (1...5).contains(week), take("."), let day = number(), (0...6).contains(day)
        else { return nil }
        return .weekday(month: month, week: week, day: day)
    }
}
