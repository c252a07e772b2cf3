extension Double {
    /// The double that a person means by this real: that of its shortest decimal, so that 72.3 stays
    /// 72.3 and is not 72.30000305175781. A real that is an integer stays that integer; NaN and
    /// infinities stay what they are.
    ///
    /// `Float(_:)` of it gives the real back, bit for bit but for the payload of NaN.
    public init(shortest real: Float) {
        // Above 2^24 every real is an integer, and its shortest decimal may be another one.
        guard real.isFinite, real.rounded(.towardZero) != real else {
            self = Double(real)
            return
        }
        let decimal = Double(real.description) ?? Double(real)
        // One real and its negative, ±7.038531e-26, have a decimal whose double is rounded to the
        // next real: rounding twice goes too far. They stay exactly what they are.
        self = Float(decimal) == real ? decimal : Double(real)
    }
}
