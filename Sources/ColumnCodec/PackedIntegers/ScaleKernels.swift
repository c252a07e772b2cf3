/// The inner loops from doubles to the integers behind them.
enum ScaleKernels {
    /// Adding it to a double below 2^51 leaves the nearest integer in the low bits: a rounding that
    /// needs no instruction of its own and runs in vectors on every machine.
    private static let magic = 6755399441055744.0
    /// What stands where no integer restores the bits of a value.
    static let exception = Int64.min

    /// The integer that restores the bits of `value`, or ``exception``.
    @inline(__always)
    static func integer(of value: Double, _ divisor: Double, isFloat: Bool) -> Int64 {
        let scaled = value * divisor
        let rounded = scaled + magic
        let quotient = (rounded - magic) / divisor
        let restored = isFloat ? Double(Float(quotient)) : quotient
        // A NaN fails the comparison too.
        let fits = scaled.magnitude <= Double(ScaledForm.integerMax)
        let isSame = restored.bitPattern == value.bitPattern
        let k = Int64(bitPattern: rounded.bitPattern) &- Int64(bitPattern: magic.bitPattern)
        return fits && isSame ? k : exception
    }

    /// Writes the integer of each value of `range` to the front of `integers`.
    /// - Returns: how many have none.
    static func integers(
        of values: [Double], _ range: Range<Int>, _ form: ScaledForm, into integers: inout [Int64]
    ) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= values.count)
        if integers.count < range.count {
            integers.append(contentsOf: repeatElement(0, count: range.count - integers.count))
        }
        let divisor = form.divisor
        let isFloat = form.isFloat
        var exceptions = 0
        // The precondition and the growth keep every access inside.
        unsafe values.withUnsafeBufferPointer { values in
            unsafe integers.withUnsafeMutableBufferPointer { integers in
                for i in 0..<range.count {
                    let value = unsafe values[range.lowerBound + i]
                    let k = integer(of: value, divisor, isFloat: isFloat)
                    unsafe integers[i] = k
                    exceptions &+= k == exception ? 1 : 0
                }
            }
        }
        return exceptions
    }

    /// Whether the first `values.count` doubles of `other` from `start` on have the same bits.
    static func haveSameBits(_ values: [Double], _ other: [Double], from start: Int) -> Bool {
        precondition(start >= 0 && start + values.count <= other.count)
        var difference: UInt64 = 0
        // The precondition keeps every access inside.
        unsafe values.withUnsafeBufferPointer { values in
            unsafe other.withUnsafeBufferPointer { other in
                for i in 0..<values.count {
                    difference |= unsafe values[i].bitPattern ^ other[start + i].bitPattern
                }
            }
        }
        return difference == 0
    }
}
