/// Numbers as text: the shortest decimal that reads back to the same bits.
public enum NumberText {
    private static let powers: [Double] = [1, 10, 100, 1000, 10_000]

    /// The shortest decimal; `nan`, `inf` and `-inf` if there is none.
    public static func text(_ value: Double) -> String {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the shortest decimal; `nan`, `inf` and `-inf` if there is none.
    public static func append(_ value: Double, to bytes: inout [UInt8]) {
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

    /// Appends a whole number.
    public static func append(_ number: Int64, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(number.magnitude, atLeast: 1, to: &bytes)
    }

    /// A decimal of at least `width` digits, zeros in front.
    public static func appendPadded(_ number: Int, _ width: Int, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(UInt64(number.magnitude), atLeast: width, to: &bytes)
    }

    /// Appends a number divided by ten to the power of `places`, with all its places.
    public static func appendScaled(_ number: Int64, _ places: Int, to bytes: inout [UInt8]) {
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
}
