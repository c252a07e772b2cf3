extension Duration {
    /// Whole milliseconds, as ``Timestamp`` counts them; parts of one are dropped, and what no
    /// `Int64` holds becomes the nearest that it does.
    package var milliseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return components.seconds < 0 ? .min : .max }
        let rest = components.attoseconds / 1_000_000_000_000_000
        let (sum, sumOverflow) = whole.addingReportingOverflow(rest)
        return sumOverflow ? (rest < 0 ? .min : .max) : sum
    }
}
