/// Numbers as text: the shortest decimal that reads back to the same bits.
enum NumberText {
    private static let powers: [Double] = [1, 10, 100, 1000, 10_000]

    static func text(_ value: Double) -> String {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the shortest decimal; `nan`, `inf` and `-inf` where there is none.
    static func append(_ value: Double, to bytes: inout [UInt8]) {
        // A decimal of up to 15 digits has a double of its own, so the first scale that restores
        // the value also gives the shortest text. Most sensors end here.
        if value.magnitude < 1e11, value != 0 || value.sign == .plus {
            for places in 0..<5 {
                let scaled = value * powers[places]
                let rounded = scaled.rounded(.toNearestOrEven)
                if rounded / powers[places] == value {
                    appendScaled(Int64(rounded), places, to: &bytes)
                    return
                }
            }
        }
        var text = value.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        bytes.append(contentsOf: text.utf8)
    }

    static func append(_ number: Int64, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(number.magnitude, atLeast: 1, to: &bytes)
    }

    /// A decimal of at least `width` digits, zeros in front.
    static func appendPadded(_ number: Int, _ width: Int, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(UInt64(number.magnitude), atLeast: width, to: &bytes)
    }

    private static func appendScaled(_ number: Int64, _ places: Int, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(number.magnitude, atLeast: places + 1, to: &bytes)
        if places > 0 { bytes.insert(UInt8(ascii: "."), at: bytes.count - places) }
    }

    private static func appendDigits(
        _ number: UInt64, atLeast width: Int, to bytes: inout [UInt8]
    ) {
        let start = bytes.count
        var rest = number
        while rest > 0 || bytes.count - start < width {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(truncatingIfNeeded: digit) &+ UInt8(ascii: "0"))
            rest = quotient
        }
        var low = start
        var high = bytes.count - 1
        while low < high {
            bytes.swapAt(low, high)
            low += 1
            high -= 1
        }
    }

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
