/// The inner loops from integers to doubles and times. Each checks its bounds once and then runs
/// without checks, so that the compiler makes vectors of it.
enum IntegerKernels {
    static func add(_ addend: Int32, to integers: inout [Int32], _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= integers.count)
        // The precondition keeps the range inside the array.
        unsafe integers.withUnsafeMutableBufferPointer { integers in
            for i in range { unsafe integers[i] &+= addend }
        }
    }

    static func fill<T: BitwiseCopyable>(_ column: inout [T], _ range: Range<Int>, _ value: T) {
        precondition(range.lowerBound >= 0 && range.upperBound <= column.count)
        // The precondition keeps the range inside the array.
        unsafe column.withUnsafeMutableBufferPointer { column in
            for i in range { unsafe column[i] = value }
        }
    }

    /// times[i] += residuals[i] · unit, for all times; wrapping, of use where it says so.
    /// - Returns: whether all residuals lie in 0...`greatest`.
    static func add(
        _ residuals: [Int32], times unit: Int64, upTo greatest: Int64, to times: inout [Int64]
    ) -> Bool {
        precondition(residuals.count >= times.count)
        var union: Int32 = 0
        var most: Int32 = 0
        // The precondition keeps both accesses inside their arrays.
        unsafe residuals.withUnsafeBufferPointer { residuals in
            unsafe times.withUnsafeMutableBufferPointer { times in
                for i in 0..<times.count {
                    let residual = unsafe residuals[i]
                    union |= residual
                    most = max(most, residual)
                    unsafe times[i] &+= Int64(residual) &* unit
                }
            }
        }
        return union >= 0 && Int64(most) <= greatest
    }

    /// values[i] = integers[i] as `form` says, for all values.
    static func convert(_ integers: [Int32], _ form: ScaledForm, into values: inout [Double]) {
        precondition(integers.count >= values.count)
        let divisor = form.divisor
        let count = values.count
        // The precondition keeps both accesses inside their arrays.
        unsafe integers.withUnsafeBufferPointer { integers in
            unsafe values.withUnsafeMutableBufferPointer { values in
                if form.isFloat {
                    for i in 0..<count {
                        unsafe values[i] = Double(Float(Double(integers[i]) / divisor))
                    }
                } else if form.exponent == 0 {
                    for i in 0..<count { unsafe values[i] = Double(integers[i]) }
                } else {
                    for i in 0..<count { unsafe values[i] = Double(integers[i]) / divisor }
                }
            }
        }
    }

    static func convert(_ integers: [Int64], _ form: ScaledForm, into values: inout [Double]) {
        precondition(integers.count >= values.count)
        let divisor = form.divisor
        let count = values.count
        // The precondition keeps both accesses inside their arrays.
        unsafe integers.withUnsafeBufferPointer { integers in
            unsafe values.withUnsafeMutableBufferPointer { values in
                if form.isFloat {
                    for i in 0..<count {
                        unsafe values[i] = Double(Float(Double(integers[i]) / divisor))
                    }
                } else {
                    for i in 0..<count { unsafe values[i] = Double(integers[i]) / divisor }
                }
            }
        }
    }

    /// Whether all of the first `count` lie in a range that begins at 0.
    static func lie(in range: ClosedRange<Int64>, _ integers: [Int32], count: Int) -> Bool {
        precondition(count <= integers.count && range.lowerBound == 0)
        var union: Int32 = 0
        var most: Int32 = 0
        // The precondition keeps the reads inside the array.
        unsafe integers.withUnsafeBufferPointer { integers in
            for i in 0..<count {
                let k = unsafe integers[i]
                union |= k
                most = max(most, k)
            }
        }
        return union >= 0 && Int64(most) <= range.upperBound
    }

    /// Whether all of the first `count` lie within ±`bound`.
    static func areWithin(_ bound: Int64, _ integers: [Int64], count: Int) -> Bool {
        precondition(count <= integers.count)
        var least: Int64 = 0
        var greatest: Int64 = 0
        // The precondition keeps the reads inside the array.
        unsafe integers.withUnsafeBufferPointer { integers in
            for i in 0..<count {
                least = unsafe min(least, integers[i])
                greatest = unsafe max(greatest, integers[i])
            }
        }
        return least >= -bound && greatest <= bound
    }

    /// times[i] = start, start + step, … over `range`; wrapping, the caller has checked the last.
    static func fill(_ times: inout [Int64], _ range: Range<Int>, start: Int64, step: Int64) {
        precondition(range.lowerBound >= 0 && range.upperBound <= times.count)
        // The precondition keeps the range inside the array.
        unsafe times.withUnsafeMutableBufferPointer { times in
            var time = start
            for i in range {
                unsafe times[i] = time
                time &+= step
            }
        }
    }
}
