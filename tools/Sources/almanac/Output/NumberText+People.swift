import TimeSeriesModel

/// Numbers as people read them.
extension NumberText {
    /// With a comma between groups of three, for people.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// `1 sample`, `2,000 samples`.
    static func count(_ number: Int, of thing: String) -> String {
        "\(grouped(number)) \(thing)\(number == 1 ? "" : "s")"
    }

    /// Rounded to so many decimal places, zeros at the end kept, for people.
    static func rounded(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        guard value.isFinite, value.magnitude * scale < 1e15 else { return text(value) }
        var bytes: [UInt8] = []
        appendScaled(Int64((value * scale).rounded()), places, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Rounded, but never to a zero that was not written.
    static func shortened(_ value: Double, places: Int) -> String {
        let rounded = rounded(value, places: places)
        let isNothing = rounded.utf8.allSatisfy { "-0.".utf8.contains($0) }
        return isNothing && value != 0 ? text(value) : rounded
    }

    /// Bytes in the unit that keeps the number short.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var value = Double(count)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0
            ? "\(count) B" : "\(rounded(value, places: value < 99.95 ? 1 : 0)) \(units[unit])"
    }
}
