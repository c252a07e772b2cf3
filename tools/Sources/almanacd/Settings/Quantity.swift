/// Numbers with units, as a person writes them.
enum Quantity {
    /// Raw values are milliseconds.
    enum TimeUnit: Int, CaseIterable {
        case millisecond = 1
        case second = 1000
        case minute = 60_000
        case hour = 3_600_000
        case day = 86_400_000
        case week = 604_800_000

        var plural: String { "\(self)s" }

        /// Those that are read; the first is printed.
        var symbols: [String] {
            switch self {
            case .millisecond: ["ms"]
            case .second: ["s", "sec"]
            case .minute: ["min", "m"]
            case .hour: ["h"]
            case .day: ["d"]
            case .week: ["w"]
            }
        }
    }

    /// Digits and nothing else.
    static func wholeNumber(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }

    /// `1d`, `30s`, `1h30min`: numbers with units, the greater ones first; a bare `0` too.
    static func milliseconds(_ text: String) -> Int? {
        if text == "0" { return 0 }
        var rest = text.lowercased()[...]
        var sum = 0
        var unitMax = Int.max
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            let symbol = rest.prefix { ("a"..."z").contains($0) }
            rest = rest.dropFirst(symbol.count)
            guard let count = wholeNumber(digits),
                let unit = TimeUnit.allCases.first(where: { $0.symbols.contains(String(symbol)) }),
                unit.rawValue < unitMax
            else { return nil }
            let part = count.multipliedReportingOverflow(by: unit.rawValue)
            let next = sum.addingReportingOverflow(part.partialValue)
            guard !part.overflow, !next.overflow else { return nil }
            sum = next.partialValue
            unitMax = unit.rawValue
        }
        return sum
    }

    static func milliseconds(_ duration: Duration) -> Int? {
        Int(exactly: duration.attoseconds / 1_000_000_000_000_000)
    }

    /// The number of the unit; with decimals, which are not read back, where there is no such.
    static func text(duration: Duration, in unit: TimeUnit) -> String {
        guard let milliseconds = milliseconds(duration),
            .milliseconds(milliseconds) == duration, milliseconds % unit.rawValue == 0
        else { return "\(duration / .milliseconds(unit.rawValue))" }
        return "\(milliseconds / unit.rawValue)"
    }

    /// With the greatest unit that it has a whole number of, weeks left out.
    static func text(duration: Duration) -> String {
        guard let milliseconds = milliseconds(duration), .milliseconds(milliseconds) == duration
        else { return "\(duration)" }
        let units = TimeUnit.allCases.reversed().filter { $0 != .week }
        let unit = units.first { milliseconds % $0.rawValue == 0 } ?? .millisecond
        return milliseconds == 0 ? "0s" : "\(milliseconds / unit.rawValue)\(unit.symbols[0])"
    }

    private static let byteUnits: [(symbol: String, byteCount: Int)] = [
        ("tib", 1 << 40), ("gib", 1 << 30), ("mib", 1 << 20), ("kib", 1 << 10),
        ("tb", 1_000_000_000_000), ("gb", 1_000_000_000), ("mb", 1_000_000), ("kb", 1000),
        ("b", 1), ("", 1),
    ]

    /// `128MiB`, `16 KiB`, `2GB` (of a thousand), `4096`.
    static func byteCount(_ text: String) -> Int? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let symbol = trimmed(text.dropFirst(digits.count)).lowercased()
        guard let count = wholeNumber(digits),
            let unit = byteUnits.first(where: { $0.symbol == symbol })
        else { return nil }
        let product = count.multipliedReportingOverflow(by: unit.byteCount)
        return product.overflow ? nil : product.partialValue
    }

    /// With the greatest binary unit that it has a whole number of.
    static func text(byteCount: Int) -> String {
        for (symbol, unit) in zip(["TiB", "GiB", "MiB", "KiB"], byteUnits.map(\.byteCount))
        where byteCount != 0 && byteCount % unit == 0 {
            return "\(byteCount / unit)\(symbol)"
        }
        return "\(byteCount)"
    }
}
