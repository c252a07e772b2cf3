extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds, as in `2025-01-01T00:00:00.000Z`. Years before 0 and
    /// after 9999, which RFC 3339 does not have, are written with their sign or all their digits.
    public var description: String {
        let date = CivilDate(daysSince1970: rawValue.floorDivided(by: 86_400_000))
        // Not a difference from the day's midnight, which may be before the first moment of all.
        let rest = Int(rawValue % 86_400_000)
        let ofDay = rest < 0 ? rest + 86_400_000 : rest
        let clock = [ofDay / 3_600_000, ofDay / 60_000 % 60, ofDay / 1000 % 60]
            .map { padded($0, to: 2) }.joined(separator: ":")
        let day =
            "\(padded(date.year, to: 4))-\(padded(date.month, to: 2))-\(padded(date.day, to: 2))"
        return "\(day)T\(clock).\(padded(ofDay % 1000, to: 3))Z"
    }

    /// Reads RFC 3339 with an offset (`2025-03-01T08:00:00+01:00`, fraction allowed), a bare date
    /// (midnight UTC) or an integer of Unix milliseconds. `nil` for anything else, and for dates
    /// that the calendar does not have.
    public init?(_ text: String) {
        if let milliseconds = Int64(text) {
            self.init(rawValue: milliseconds)
            return
        }
        var reader = DigitReader(text)
        guard let year = reader.number(digits: 4), reader.take("-"),
            let month = reader.number(digits: 2), reader.take("-"),
            let day = reader.number(digits: 2), (1...12).contains(month), day >= 1,
            day <= CivilDate.dayCount(year: year, month: month)
        else { return nil }
        let midnight = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400_000
        if reader.isAtEnd {
            self.init(rawValue: midnight)
            return
        }
        guard reader.take("T") || reader.take("t") || reader.take(" "),
            let ofDay = reader.clock(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        self.init(rawValue: midnight + Int64(ofDay - offset))
    }
}

private func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (number < 0 ? "-" : "") + zeros + digits
}

/// Takes fixed-width numbers and marks from the front of a text.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(digits count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = rest.first, digit >= 48, digit <= 57 else { return nil }
            value = value * 10 + Int(digit - 48)
            rest.removeFirst()
        }
        return value
    }

    /// `hh:mm[:ss[.fraction]]` in milliseconds of the day; digits beyond milliseconds are dropped.
    mutating func clock() -> Int? {
        guard let hour = number(digits: 2), hour < 24, take(":"), let minute = number(digits: 2),
            minute < 60
        else { return nil }
        guard take(":") else { return (hour * 60 + minute) * 60_000 }
        guard let second = number(digits: 2), second < 60 else { return nil }
        var milliseconds = ((hour * 60 + minute) * 60 + second) * 1000
        if take(".") {
            guard var digit = number(digits: 1) else { return nil }
            for weight in [100, 10, 1] {
                milliseconds += digit * weight
                guard let next = number(digits: 1) else { return milliseconds }
                digit = next
            }
            while number(digits: 1) != nil {}
        }
        return milliseconds
    }

    /// `Z` or `±hh:mm` in milliseconds east of UTC.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(digits: 2), hours < 24, take(":"),
            let minutes = number(digits: 2), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes) * 60_000
    }
}
