/// Finds the form in which the integers behind a column of values cost the fewest bits.
struct ScaleFinder: Sendable {
    /// The best form found, with its integers.
    private(set) var best = ScaledColumn()
    private var other = ScaledColumn()
    /// Positions whose value is looked at together with the one before.
    private var sample: [Int] = []

    private static let sampleCount = 32
    private static let forms: [ScaledForm] = [false, true].flatMap { isFloat in
        (0...ScaledForm.exponentMax).map { ScaledForm(exponent: $0, isFloat: isFloat) }
    }

    /// - Returns: whether ``best`` holds a form with few enough exceptions.
    mutating func find(_ values: [Double], _ range: Range<Int>, hint: ScaledForm?) -> Bool {
        let count = range.count
        sample.removeAll(keepingCapacity: true)
        for i in 0..<min(ScaleFinder.sampleCount, count) {
            sample.append(range.lowerBound + (count - 1) * (i + 1) / ScaleFinder.sampleCount)
        }
        var tried = [cheapestForm(values, range)]
        var isFound = best.take(values, range, tried[0])
        if !isFound || best.exceptions.count * 160 > count {
            sampleExceptions(range)
            for form in [hint, cheapestForm(values, range)].compactMap({ $0 })
            where !tried.contains(form) {
                tried.append(form)
                let fits = other.take(values, range, form)
                guard fits, !isFound || other.bitCount < best.bitCount else { continue }
                swap(&best, &other)
                isFound = true
            }
        }
        return isFound
    }

    /// Looks at the values that the form at hand does not restore.
    private mutating func sampleExceptions(_ range: Range<Int>) {
        sample.removeAll(keepingCapacity: true)
        let count = best.exceptions.count
        for i in 0..<min(ScaleFinder.sampleCount, count) {
            let at = best.exceptions[i * count / min(ScaleFinder.sampleCount, count)]
            sample.append(range.lowerBound + at)
        }
    }

    private func cheapestForm(_ values: [Double], _ range: Range<Int>) -> ScaledForm {
        var best = ScaleFinder.forms[0]
        var fewest = Int.max
        for form in ScaleFinder.forms {
            let bits = sampledBitCount(values, range, form, below: fewest)
            if bits < fewest {
                fewest = bits
                best = form
            }
        }
        return best
    }

    /// Bits of the sampled values as differences to those before them; more than `bound` may be
    /// any number above it.
    private func sampledBitCount(
        _ values: [Double], _ range: Range<Int>, _ form: ScaledForm, below bound: Int
    ) -> Int {
        let divisor = form.divisor
        var bits = 0
        for i in sample where bits < bound {
            let k = ScaleKernels.integer(of: values[i], divisor, isFloat: form.isFloat)
            guard k != ScaleKernels.exception else {
                bits += ScaledColumn.exceptionBitCount
                continue
            }
            let at = max(i - 1, range.lowerBound)
            let before = ScaleKernels.integer(of: values[at], divisor, isFloat: form.isFloat)
            guard before != ScaleKernels.exception else { continue }
            bits += 64 - (k - before).zigzag.leadingZeroBitCount
        }
        return bits
    }
}
