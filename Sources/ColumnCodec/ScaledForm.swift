/// How integers stand for doubles: k / 10^e, or that rounded to a Float.
///
/// ```
/// bit 0…3   exponent e
/// bit 4     value = Double(Float(k / 10^e)) instead of k / 10^e
/// bit 5     every frame ends with exceptions
/// bit 6, 7  zero
/// ```
/// It divides: k / 10^e is the correctly rounded decimal, k · 10^−e is not (3 × 0.1 ≠ 0.3).
struct ScaledForm: Hashable, Sendable {
    var exponent: Int
    var isFloat: Bool
    var hasExceptions = false

    static let exponentMax = 15
    /// Integers beyond it are exceptions: the check that a decimal restores its bits needs the room.
    static let integerMax: Int64 = 1 << 49

    init(exponent: Int, isFloat: Bool) {
        self.exponent = exponent
        self.isFloat = isFloat
    }

    init(byte: UInt8) throws(CodecError) {
        guard byte < 1 << 6 else {
            throw .malformed("form byte: found \(byte), expected below 64")
        }
        exponent = Int(byte & 15)
        isFloat = byte & 1 << 4 != 0
        hasExceptions = byte & 1 << 5 != 0
    }

    var byte: UInt8 { UInt8(exponent) | (isFloat ? 1 << 4 : 0) | (hasExceptions ? 1 << 5 : 0) }

    var divisor: Double { ScaledForm.powerOfTen(exponent) }

    func value(of k: Int64) -> Double {
        let quotient = Double(k) / divisor
        return isFloat ? Double(Float(quotient)) : quotient
    }

    /// The double so many last places beside k / divisor.
    @inline(__always)
    func ratio(_ k: Int64, _ divisor: Double, ulp: Int64) -> Double {
        let quotient = Double(k) / divisor
        let nearest = isFloat ? Double(Float(quotient)) : quotient
        return Double(bitPattern: nearest.bitPattern &+ UInt64(bitPattern: ulp))
    }

    /// Exact: 10^15 is below 2^53.
    static func powerOfTen(_ exponent: Int) -> Double {
        var power: Int64 = 1
        for _ in 0..<exponent { power *= 10 }
        return Double(power)
    }
}
