import Almanac

/// How the values of a key are written: what is allowed, read and printed.
///
/// What is printed is read back as the same value, so that a value set in code is checked by the
/// rules of a written one.
struct ValueForm<Value: Sendable>: Sendable {
    /// Follows "expected" in messages.
    let allowed: String
    let read: @Sendable (String) -> Value?
    let print: @Sendable (Value) -> String
}

extension ValueForm {
    /// The same, or the word `none`.
    static func orNone<Wrapped>(_ form: ValueForm<Wrapped>) -> ValueForm where Value == Wrapped? {
        ValueForm(
            allowed: form.allowed + ", or none",
            read: { text in
                if text.lowercased() == "none" { return .some(nil) }
                return form.read(text).map { .some($0) }
            },
            print: { $0.map(form.print) ?? "none" })
    }

    /// The same, or the word `auto` for a value that follows from the system.
    static func orAutomatic<Wrapped>(_ form: ValueForm<Wrapped>) -> ValueForm
    where Value == Wrapped? {
        ValueForm(
            allowed: form.allowed + ", or auto",
            read: { text in
                if text.lowercased() == "auto" { return .some(nil) }
                return form.read(text).map { .some($0) }
            },
            print: { $0.map(form.print) ?? "auto" })
    }

    /// The same, or nothing at all.
    static func orEmpty<Wrapped>(_ form: ValueForm<Wrapped>) -> ValueForm where Value == Wrapped? {
        ValueForm(
            allowed: form.allowed + ", or empty for none",
            read: { text in
                if text.isEmpty || text.lowercased() == "none" { return .some(nil) }
                return form.read(text).map { .some($0) }
            },
            print: { $0.map(form.print) ?? "" })
    }
}

extension ValueForm<Int> {
    static func whole(_ range: ClosedRange<Int>) -> ValueForm {
        ValueForm(
            allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { text in
                Quantity.wholeNumber(text).flatMap { range.contains($0) ? $0 : nil }
            },
            print: { "\($0)" })
    }

    /// Bytes, plain or with a unit.
    static func byteCount(_ range: ClosedRange<Int>) -> ValueForm {
        ValueForm(
            allowed:
                "a size like 128MiB or 200000000 from \(Quantity.text(byteCount: range.lowerBound))"
                + " to \(Quantity.text(byteCount: range.upperBound))",
            read: { text in
                Quantity.byteCount(text).flatMap { range.contains($0) ? $0 : nil }
            },
            print: { Quantity.text(byteCount: $0) })
    }
}

extension ValueForm<Duration> {
    /// A number of the unit that the key's name ends with, or a duration with its unit.
    static func counted(_ unit: Quantity.TimeUnit, _ range: ClosedRange<Int>) -> ValueForm {
        ValueForm(
            allowed: "a whole number of \(unit.plural) from \(range.lowerBound) to "
                + "\(range.upperBound), or a duration like 30s or 5min",
            read: { text in
                let milliseconds =
                    Quantity.wholeNumber(text).map {
                        $0.multipliedReportingOverflow(by: unit.rawValue)
                    }
                    .flatMap { $0.overflow ? nil : $0.partialValue } ?? Quantity.milliseconds(text)
                guard let milliseconds, milliseconds % unit.rawValue == 0,
                    range.contains(milliseconds / unit.rawValue)
                else { return nil }
                return .milliseconds(milliseconds)
            },
            print: { Quantity.text(duration: $0, in: unit) })
    }

    /// A duration with its unit, up to a number of days.
    static func duration(upToDays days: Int) -> ValueForm {
        ValueForm(
            allowed: "a duration like 30s, 90min, 1h30min or 1d, at most \(days)d",
            read: { text in
                guard let milliseconds = Quantity.milliseconds(text),
                    milliseconds <= days * Quantity.TimeUnit.day.rawValue
                else { return nil }
                return .milliseconds(milliseconds)
            },
            print: { Quantity.text(duration: $0) })
    }
}

extension ValueForm<Bool> {
    static var boolean: ValueForm {
        ValueForm(
            allowed: "true or false (yes, no, on, off, 1, 0)",
            read: { text in
                switch text.lowercased() {
                case "true", "yes", "on", "1": true
                case "false", "no", "off", "0": false
                default: nil
                }
            },
            print: { $0 ? "true" : "false" })
    }
}

extension ValueForm where Value: RawRepresentable<String> & CaseIterable & Sendable {
    /// One of the cases, in any case of letters.
    static var word: ValueForm {
        let words = Value.allCases.map(\.rawValue)
        return ValueForm(
            allowed: words.dropLast().joined(separator: ", ") + " or " + (words.last ?? ""),
            read: { Value(rawValue: $0.lowercased()) }, print: { $0.rawValue })
    }
}

extension ValueForm where Value: LosslessStringConvertible & Sendable {
    static func written(_ allowed: String) -> ValueForm {
        ValueForm(allowed: allowed, read: { Value($0) }, print: { $0.description })
    }
}

extension ValueForm<String> {
    static func text(_ allowed: String) -> ValueForm {
        ValueForm(
            allowed: allowed,
            read: { text in
                let isPlain = text.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && $0.value != 0x7F
                }
                return text.isEmpty || !isPlain ? nil : text
            },
            print: { $0 })
    }

    /// The form of an IANA name; whether the system has the zone shows when it is looked up.
    static var zoneName: ValueForm {
        ValueForm(
            allowed: "a zone of IANA's list like Europe/Zurich, or UTC",
            read: { Configuration.isZoneName($0) ? $0 : nil },
            print: { $0 })
    }
}

extension ValueForm<[String]> {
    static var origins: ValueForm {
        ValueForm(
            allowed: "origins like https://example.org divided by commas, or empty for none",
            read: { text in
                let parts = text.split(separator: ",").map(trimmed)
                return parts.allSatisfy(isOrigin) ? parts : nil
            },
            print: { $0.joined(separator: ", ") })
    }

    private static func isOrigin(_ text: String) -> Bool {
        if text == "*" { return true }
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            return !rest.isEmpty && !rest.contains("/") && !rest.contains(" ")
        }
        return false
    }
}

/// Without blanks at either end.
func trimmed(_ text: some StringProtocol) -> String {
    var rest = Substring(text)
    while let first = rest.unicodeScalars.first, first == " " || first == "\t" || first == "\r" {
        rest.unicodeScalars.removeFirst()
    }
    while let last = rest.unicodeScalars.last, last == " " || last == "\t" || last == "\r" {
        rest.unicodeScalars.removeLast()
    }
    return String(rest)
}
