/// A column of values as k / (m · 10^e), each with how many last places it lies beside that.
struct RatioColumn: Sendable {
    private(set) var form = ScaledForm(exponent: 0, isFloat: false)
    private(set) var m = 1
    private(set) var integers: [Int64] = []
    /// Zigzag, by position in the chunk.
    private(set) var ulps: [Int64] = []
    private(set) var exceptions: [Int] = []

    private static let sampleCount = 32
    /// Last places beyond it are no noise of arithmetic.
    private static let ulpMax: Int64 = 1 << 30

    /// Takes all values over the divisor that is cheapest for a sample of them.
    /// - Returns: whether it promises to be shorter than the doubles, with few enough exceptions.
    mutating func take(_ values: [Double], _ range: Range<Int>) -> Bool {
        guard let (form, m) = cheapest(values, range) else { return false }
        self.form = form
        self.m = m
        let divisor = Double(m) * form.divisor
        integers.removeAll(keepingCapacity: true)
        ulps.removeAll(keepingCapacity: true)
        exceptions.removeAll(keepingCapacity: true)
        var last: Int64 = 0
        for i in range {
            if let (k, ulp) = RatioColumn.split(values[i], divisor) {
                last = k
                ulps.append(Int64(bitPattern: ulp.zigzag))
            } else {
                exceptions.append(i - range.lowerBound)
                ulps.append(0)
            }
            integers.append(last)
        }
        self.form.hasExceptions = !exceptions.isEmpty
        return exceptions.count * ScaledColumn.exceptionFraction <= range.count
    }

    private func cheapest(
        _ values: [Double], _ range: Range<Int>
    ) -> (form: ScaledForm, m: Int)? {
        var best: (form: ScaledForm, m: Int)?
        // Above 56 bits a value, the doubles themselves do as well.
        var fewest = 56 * RatioColumn.sampleCount
        for m in 1...12 {
            for exponent in 0...ScaledForm.exponentMax {
                let form = ScaledForm(exponent: exponent, isFloat: false)
                let bits = sampledBitCount(
                    values, range, Double(m) * form.divisor, below: fewest)
                if bits < fewest {
                    fewest = bits
                    best = (form, m)
                }
            }
        }
        return best
    }

    private func sampledBitCount(
        _ values: [Double], _ range: Range<Int>, _ divisor: Double, below bound: Int
    ) -> Int {
        var bits = 0
        for i in 1...RatioColumn.sampleCount where bits < bound {
            let at = range.lowerBound + (range.count - 1) * i / RatioColumn.sampleCount
            let before = max(at - 1, range.lowerBound)
            guard let (k, ulp) = RatioColumn.split(values[at], divisor),
                let (last, _) = RatioColumn.split(values[before], divisor)
            else {
                bits += ScaledColumn.exceptionBitCount
                continue
            }
            bits += 128 - (k - last).zigzag.leadingZeroBitCount - ulp.zigzag.leadingZeroBitCount
        }
        return bits
    }

    /// The integer nearest to the value, and the last places between the two.
    private static func split(_ value: Double, _ divisor: Double) -> (k: Int64, ulp: Int64)? {
        let scaled = (value * divisor).rounded()
        guard scaled.magnitude <= Double(ScaledForm.integerMax) else { return nil }
        let k = Int64(scaled)
        let nearest = Double(k) / divisor
        let ulp = Int64(bitPattern: value.bitPattern &- nearest.bitPattern)
        guard ulp >= -ulpMax, ulp <= ulpMax else { return nil }
        return (k, ulp)
    }
}
