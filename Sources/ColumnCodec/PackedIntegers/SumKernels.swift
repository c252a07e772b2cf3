/// The inner loops of statistics over the integers of a frame and the doubles beside them. Each
/// checks its bounds once and then runs without checks.
enum SumKernels {
    struct Integers {
        var sum: Int64 = 0
        var least = Int64.max
        var greatest = Int64.min
        var first: Int64 = 0
        var last: Int64 = 0
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

    /// The same for integers within ±`reach`, which keeps sums of short stretches in 32 bits; also
    /// first and last. `range` is not empty.
    @inline(__always)
    static func summarize(
        _ integers: Span<Int32>, _ range: Range<Int>, within reach: Int64
    ) -> Integers {
        guard range.count < 16 else { return summarizeRows(integers, range, reach) }
        let few = integers.extracting(range)
        var k = Int64(few[0])
        var result = Integers(sum: k, least: k, greatest: k, first: k)
        for i in 1..<max(few.count, 1) {
            k = Int64(few[i])
            result.sum &+= k
            result.least = min(result.least, k)
            result.greatest = max(result.greatest, k)
        }
        result.last = k
        return result
    }

    private static func summarizeRows(
        _ integers: Span<Int32>, _ range: Range<Int>, _ reach: Int64
    ) -> Integers {
        precondition(range.lowerBound >= 0 && range.upperBound <= integers.count)
        var result = Integers()
        // The precondition and the loops' conditions keep each load inside the span.
        unsafe integers.withUnsafeBytes { bytes in
            var i = range.lowerBound
            if reach < SumLanes.reachLimit {
                while i + 8 <= range.upperBound {
                    var lanes = SumLanes()
                    let end = min(range.upperBound, i + SumLanes.rowCountMax * 8)
                    while i + 8 <= end {
                        lanes.add(
                            unsafe bytes.loadUnaligned(
                                fromByteOffset: 4 * i, as: SIMD8<Int32>.self))
                        i += 8
                    }
                    lanes.finish(into: &result)
                }
            }
            while i < range.upperBound {
                let k = unsafe Int64(bytes.load(fromByteOffset: 4 * i, as: Int32.self))
                result.sum &+= k
                result.least = min(result.least, k)
                result.greatest = max(result.greatest, k)
                i += 1
            }
        }
        result.first = Int64(integers[range.lowerBound])
        result.last = Int64(integers[range.upperBound - 1])
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

/// Sums, least and greatest of eight lanes of integers, as long as 32 bits hold the sums.
///
/// Integers within 2^24 are floats too, exactly, and these have instructions for least and greatest
/// on every machine.
struct SumLanes {
    /// So many rows of integers within ±``reachLimit`` do not overflow.
    static let rowCountMax = 128
    static let reachLimit: Int64 = 1 << 24

    private var sum = SIMD8<Int32>()
    private var least = SIMD8<Float>(repeating: .infinity)
    private var greatest = SIMD8<Float>(repeating: -.infinity)

    @inline(__always)
    mutating func add(_ row: SIMD8<Int32>) {
        sum &+= row
        let floats = SIMD8<Float>(row)
        least.replace(with: floats, where: floats .< least)
        greatest.replace(with: floats, where: floats .> greatest)
    }

    /// Adds the lanes up.
    @inline(__always)
    func finish(into result: inout SumKernels.Integers) {
        let low = SIMD4<Int64>(truncatingIfNeeded: sum.lowHalf)
        let high = SIMD4<Int64>(truncatingIfNeeded: sum.highHalf)
        let sums = low &+ high
        result.sum &+= (sums[0] &+ sums[1]) &+ (sums[2] &+ sums[3])
        var lows = least.lowHalf
        lows.replace(with: least.highHalf, where: least.highHalf .< lows)
        var highs = greatest.lowHalf
        highs.replace(with: greatest.highHalf, where: greatest.highHalf .> highs)
        for lane in 0..<4 where lows[lane] < .infinity {
            result.least = min(result.least, Int64(lows[lane]))
            result.greatest = max(result.greatest, Int64(highs[lane]))
        }
    }
}
