/// Reads rows of the long form as fast as they come, as long as they are of the same point as the
/// row before, plain numbers, and good: what a file in order of its points is made of.
///
/// Anything else, wrong or only unusual, is left for ``CSVReader/nextRecord()``.
struct PlainLines {
    private let times: ClosedRange<Int64>
    /// The point's name and the comma behind it.
    private var head: [UInt8] = []
    /// Behind the last row that was taken.
    private(set) var place = 0
    private(set) var lineCount = 0

    private static let tail = Array(",good".utf8)

    /// - Parameter times: rows of other times are not plain.
    init(times: ClosedRange<Int64>) { self.times = times }

    /// Sets the name whose rows are plain; a name that needs quotes has none.
    mutating func expect(_ name: [UInt8]) {
        let marks: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: ","), 0x0A, 0x0D]
        head = name.contains(where: marks.contains) ? [] : name + [UInt8(ascii: ",")]
    }

    /// Takes rows until the end, a row that is not plain, or so many samples.
    ///
    /// - Returns: whether it stopped before a row that is not plain.
    mutating func take(
        _ bytes: Span<UInt8>, _ range: Range<Int>, sampleCountMax: Int,
        _ body: (_ time: Int64, _ value: Double) -> Void
    ) -> Bool {
        place = range.lowerBound
        lineCount = 0
        while place < range.upperBound, lineCount < sampleCountMax {
            var at = place
            guard !head.isEmpty, takes(head, bytes, range.upperBound, &at),
                let time = PlainTime.take(bytes, range.upperBound, &at), times.contains(time)
            else { return true }
            let number = DecimalNumber.plainPrefix(bytes, from: at)
            at += number.byteCount
            guard number.byteCount > 0, takes(PlainLines.tail, bytes, range.upperBound, &at) else {
                return true
            }
            if at < range.upperBound, bytes[at] == 0x0D { at += 1 }
            guard at < range.upperBound, bytes[at] == 0x0A else { return true }
            body(time, number.value)
            place = at + 1
            lineCount += 1
        }
        return false
    }

    @inline(__always)
    private func takes(
        _ text: [UInt8], _ bytes: Span<UInt8>, _ end: Int, _ at: inout Int
    ) -> Bool {
        guard end - at >= text.count else { return false }
        for place in text.indices where bytes[at + place] != text[place] { return false }
        at += text.count
        return true
    }
}

/// Times as they stand in front of a comma.
enum PlainTime {
    /// An integer of up to 18 digits, and the comma behind it.
    @inline(__always)
    static func take(_ bytes: Span<UInt8>, _ end: Int, _ at: inout Int) -> Int64? {
        let start = at
        var time: Int64 = 0
        guard at < end else { return nil }
        let isNegative = bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let firstDigit = at
        while at < end {
            let digit = bytes[at] &- 0x30
            guard digit < 10 else { break }
            time = time &* 10 &+ Int64(digit)
            at += 1
        }
        // Up to 18 digits nothing was lost.
        guard at < end, bytes[at] == UInt8(ascii: ","), at > firstDigit, at - start <= 18 else {
            return nil
        }
        at += 1
        return isNegative ? -time : time
    }
}
