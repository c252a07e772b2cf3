/// The inner loops that look for the cheapest packing.
enum WidthKernels {
    /// Writes value − reference of `range` to the front of `group` and zeros behind, and counts how
    /// many have so many significant bits.
    static func load(
        _ values: [Int64], _ range: Range<Int>, _ reference: Int64, ignoringFirst: Bool,
        into group: inout [UInt64], _ positive: inout [UInt16], _ negative: inout [UInt16]
    ) {
        precondition(range.lowerBound >= 0 && range.upperBound <= values.count)
        precondition(range.count <= group.count && positive.count == 65 && negative.count == 65)
        let count = range.count
        // The preconditions keep every access inside; widths are 0…64.
        unsafe values.withUnsafeBufferPointer { values in
            unsafe group.withUnsafeMutableBufferPointer { group in
                for i in 0..<count {
                    unsafe group[i] = UInt64(
                        bitPattern: values[range.lowerBound + i] &- reference)
                }
                if ignoringFirst { unsafe group[0] = 0 }
                for i in count..<group.count { unsafe group[i] = 0 }
                unsafe positive.withUnsafeMutableBufferPointer { positive in
                    unsafe negative.withUnsafeMutableBufferPointer { negative in
                        for i in 0..<count {
                            let value = unsafe Int64(bitPattern: group[i])
                            if value >= 0 {
                                unsafe positive[64 - value.leadingZeroBitCount] &+= 1
                            } else {
                                unsafe negative[64 - (~value).leadingZeroBitCount] &+= 1
                            }
                        }
                    }
                }
            }
        }
    }

    /// Σ significant bits of the zigzag of differences.
    static func zigzagDeltaBitCount(_ values: [Int64], _ range: Range<Int>) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= values.count)
        var total = 0
        // The precondition keeps the reads inside the array.
        unsafe values.withUnsafeBufferPointer { values in
            for i in range.dropFirst() {
                let delta = unsafe values[i] &- values[i - 1]
                total &+= 64 - delta.zigzag.leadingZeroBitCount
            }
        }
        return total
    }

    /// Writes value i − value i − 1 of `range` to the front of `deltas`, 0 for the first.
    static func differences(
        _ values: [Int64], _ range: Range<Int>, into deltas: inout [Int64]
    ) {
        precondition(range.lowerBound >= 0 && range.upperBound <= values.count)
        if deltas.count < range.count {
            deltas.append(contentsOf: repeatElement(0, count: range.count - deltas.count))
        }
        // The precondition and the growth keep every access inside.
        unsafe values.withUnsafeBufferPointer { values in
            unsafe deltas.withUnsafeMutableBufferPointer { deltas in
                unsafe deltas[0] = 0
                for i in 1..<max(range.count, 1) {
                    let at = range.lowerBound + i
                    unsafe deltas[i] = values[at] &- values[at - 1]
                }
            }
        }
    }
}
