/// Decimal numbers out of text, to the last bit.
enum DecimalNumber {
    /// What the front of a text was read as.
    struct Prefix {
        let value: Double
        /// How many bytes were taken; 0 where they are for ``value(_:)`` to judge.
        let byteCount: Int
    }

    /// Reads the decimals that nearly all cells are: up to 19 digits with or without a point, no
    /// exponent.
    @inline(__always)
    static func plainPrefix(_ bytes: Span<UInt8>, from start: Int) -> Prefix {
        var place = start
        var mantissa: UInt64 = 0
        let isNegative = place < bytes.count && bytes[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        let firstDigit = place
        while place < bytes.count {
            let digit = bytes[place] &- 0x30
            guard digit < 10 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            place += 1
        }
        var digitCount = place - firstDigit
        var places = 0
        if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
            place += 1
            let firstPlace = place
            while place < bytes.count {
                let digit = bytes[place] &- 0x30
                guard digit < 10 else { break }
                mantissa = mantissa &* 10 &+ UInt64(digit)
                place += 1
            }
            places = place - firstPlace
            digitCount += places
        }
        // 19 digits are less than 2^64: up to there nothing was lost above.
        guard digitCount > 0, digitCount <= 19 else { return Prefix(value: 0, byteCount: 0) }
        let magnitude = quotient(mantissa, places)
        return Prefix(value: isNegative ? -magnitude : magnitude, byteCount: place - start)
    }

    /// The double nearest to `mantissa` / 10^`places`, for up to 19 places.
    @inline(__always)
    private static func quotient(_ mantissa: UInt64, _ places: Int) -> Double {
        // Both are exact as doubles, so that one division rounds once and correctly (W. Clinger,
        // "How to Read Floating Point Numbers Accurately", 1990).
        if mantissa <= 1 << 53 { return Double(mantissa) / powersAsDoubles[places] }
        return longQuotient(mantissa, places)
    }

    /// The same by division of integers: 63 bits or more of the quotient, and whether anything is
    /// left over, are all that rounding to 53 bits asks for.
    private static func longQuotient(_ mantissa: UInt64, _ places: Int) -> Double {
        let divisor = powers[places]
        let above = mantissa.leadingZeroBitCount
        let below = divisor.leadingZeroBitCount
        let dividend = mantissa << UInt64(above)
        // The high half is below 2^63 and the divisor is not, so the quotient fits.
        let (quotient, remainder) = (divisor << UInt64(below)).dividingFullWidth(
            (high: dividend >> 1, low: dividend << 63))
        let rounded = Double(remainder == 0 ? quotient : quotient | 1)
        return rounded * Double(sign: .plus, exponent: below - above - 63, significand: 1)
    }

    private static let powersAsDoubles: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        1e16, 1e17, 1e18, 1e19,
    ]

    private static let powers: [UInt64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
        10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000,
        100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
        100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]
}

extension DecimalNumber {
    /// Reads a whole text: sign, digits, point, exponent; blanks around it do not count.
    ///
    /// nil for anything else: words like `nan`, hexadecimal digits, numbers beyond the doubles.
    static func value(_ text: [UInt8]) -> Double? {
        let number = trimmed(text)
        var shape = DecimalShape(number)
        guard shape.isDecimal, let value = Double(String(decoding: number, as: UTF8.self)),
            value.isFinite
        else { return nil }
        return value
    }

    /// A cell without the blanks and tabs around it.
    static func trimmed(_ text: [UInt8]) -> ArraySlice<UInt8> {
        var text = text[...]
        while text.first == 0x20 || text.first == 0x09 { text.removeFirst() }
        while text.last == 0x20 || text.last == 0x09 { text.removeLast() }
        return text
    }
}

/// Looks whether a text is a decimal number: `Double` itself also reads words and hexadecimals.
private struct DecimalShape {
    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) { rest = text }

    var isDecimal: Bool {
        mutating get {
            skipSign()
            var digitCount = skipDigits()
            if rest.first == UInt8(ascii: ".") {
                rest.removeFirst()
                digitCount += skipDigits()
            }
            guard digitCount > 0 else { return false }
            if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
                rest.removeFirst()
                skipSign()
                guard skipDigits() > 0 else { return false }
            }
            return rest.isEmpty
        }
    }

    private mutating func skipSign() {
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    }

    private mutating func skipDigits() -> Int {
        let digits = rest.prefix { $0 &- 0x30 < 10 }
        rest.removeFirst(digits.count)
        return digits.count
    }
}
