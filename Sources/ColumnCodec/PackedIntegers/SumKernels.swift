/// The inner loops of statistics over the integers of a frame and the doubles beside them. Each
/// checks its bounds once and then runs without checks.
enum SumKernels {
    struct Integers {
        var sum: Int64 = 0
        var least = Int64.max
        var greatest = Int64.min
    }

    static func summarize(_ integers: [Int32], _ range: Range<Int>) -> Integers {
        precondition(range.lowerBound >= 0 && range.upperBound <= integers.count)
        var sum: Int64 = 0
        var least = Int32.max
        var greatest = Int32.min
        // The precondition keeps the reads inside the array.
        unsafe integers.withUnsafeBufferPointer { integers in
            for i in range {
                let k = unsafe integers[i]
                sum &+= Int64(k)
                least = min(least, k)
                greatest = max(greatest, k)
            }
        }
        return Integers(sum: sum, least: Int64(least), greatest: Int64(greatest))
    }

    static func summarize(_ integers: [Int64], _ range: Range<Int>) -> Integers {
        precondition(range.lowerBound >= 0 && range.upperBound <= integers.count)
        var result = Integers()
        // The precondition keeps the reads inside the array.
        unsafe integers.withUnsafeBufferPointer { integers in
            for i in range {
                let k = unsafe integers[i]
                result.sum &+= k
                result.least = min(result.least, k)
                result.greatest = max(result.greatest, k)
            }
        }
        return result
    }

    /// Adds values[i] to lane (`position` + i − start) mod 8, in ascending order of i.
    static func addLanes(
        _ values: [Double], _ range: Range<Int>, position: Int, to lanes: inout SIMD8<Double>
    ) {
        precondition(range.lowerBound >= 0 && range.upperBound <= values.count)
        var i = range.lowerBound
        var lane = position % 8
        while lane % 8 != 0, i < range.upperBound {
            lanes[lane] += values[i]
            lane += 1
            i += 1
        }
        // The precondition and the loop's condition keep each load inside the array.
        unsafe values.withUnsafeBytes { bytes in
            while i + 8 <= range.upperBound {
                lanes += unsafe bytes.loadUnaligned(fromByteOffset: 8 * i, as: SIMD8<Double>.self)
                i += 8
            }
        }
        lane = 0
        while i < range.upperBound {
            lanes[lane] += values[i]
            lane += 1
            i += 1
        }
    }
}
