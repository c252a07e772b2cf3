/// The few curves that the building is drawn with, in plain IEEE arithmetic.
///
/// The C library's sine may differ in the last bit between versions, and a seed has to give the
/// same bits on every machine.
enum Curve {
    /// The sine of `turns` full turns, to about 1e-11.
    static func sine(turns: Double) -> Double {
        var x = turns - rounded(turns)
        if x > 0.25 { x = 0.5 - x }
        if x < -0.25 { x = -0.5 - x }
        let y = x * (2 * Double.pi)
        let s = y * y
        var sum = -1.0 / 1_307_674_368_000
        sum = sum * s + 1.0 / 6_227_020_800
        sum = sum * s - 1.0 / 39_916_800
        sum = sum * s + 1.0 / 362_880
        sum = sum * s - 1.0 / 5040
        sum = sum * s + 1.0 / 120
        sum = sum * s - 1.0 / 6
        return y + y * s * sum
    }

    /// The nearest whole number, ties to even, for sizes below 2^51.
    ///
    /// Adding 1.5 × 2^52 leaves no bits for a fraction. `rounded()` would be a call into the C
    /// maths library on older processors, which a program without another reason does not link.
    static func rounded(_ x: Double) -> Double { (x + 0x1.8p52) - 0x1.8p52 }

    static func cosine(turns: Double) -> Double { sine(turns: turns + 0.25) }

    /// 0 before `from`, 1 after `to`, straight between.
    static func ramp(_ x: Double, _ from: Double, _ to: Double) -> Double {
        clamped((x - from) / (to - from), 0, 1)
    }

    /// The integral of ``ramp(_:_:_:)`` from minus infinity to `x`.
    static func rampIntegral(_ x: Double, _ from: Double, _ to: Double) -> Double {
        if x <= from { return 0 }
        if x >= to { return (to - from) / 2 + (x - to) }
        return (x - from) * (x - from) / (2 * (to - from))
    }

    static func clamped(_ x: Double, _ low: Double, _ high: Double) -> Double {
        x < low ? low : x > high ? high : x
    }

    static func mix(_ first: Double, _ second: Double, _ share: Double) -> Double {
        first + (second - first) * share
    }
}
