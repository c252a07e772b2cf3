/// A column of values as integers of one form, with the exceptions beside them.
struct ScaledColumn: Sendable {
    private(set) var form = ScaledForm(exponent: 0, isFloat: false)
    /// Integers by position in the chunk; those of exceptions repeat a neighbour.
    private(set) var integers: [Int64] = []
    /// Positions in the chunk that no integer stands for.
    private(set) var exceptions: [Int] = []
    /// Σ significant bits of the zigzag differences, and 80 for each exception.
    private(set) var bitCount = Int.max

    /// What an exception costs: position and bits.
    static let exceptionBitCount = 80
    /// One value in so many may be an exception.
    static let exceptionFraction = 8

    /// Finds the integers of all values in a form.
    /// - Returns: whether few enough are exceptions.
    mutating func take(_ values: [Double], _ range: Range<Int>, _ form: ScaledForm) -> Bool {
        self.form = form
        let missing = ScaleKernels.integers(of: values, range, form, into: &integers)
        exceptions.removeAll(keepingCapacity: true)
        self.form.hasExceptions = missing > 0
        if missing > 0 { collectExceptions(range.count) }
        let widths = WidthKernels.zigzagDeltaBitCount(integers, 0..<range.count)
        bitCount = widths + missing * ScaledColumn.exceptionBitCount
        return missing * ScaledColumn.exceptionFraction <= range.count
    }

    /// Exceptions get the integer of the sample before, leading ones that of the next regular one.
    private mutating func collectExceptions(_ count: Int) {
        var last =
            (0..<count).first { integers[$0] != ScaleKernels.exception }
            .map { integers[$0] } ?? 0
        for i in 0..<count {
            if integers[i] == ScaleKernels.exception {
                exceptions.append(i)
                integers[i] = last
            } else {
                last = integers[i]
            }
        }
    }
}
