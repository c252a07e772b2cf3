// Times, ranges and counts may be as extreme as their type allows: a caller may ask for all of
// time. Arithmetic on them therefore returns the nearest value that the type has, and never traps.

extension Int64 {
    /// The sum, or the nearest value that there is.
    package func plus(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the nearest value that there is.
    package func minus(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < other ? .min : .max) : difference
    }

    /// The product, or the nearest value that there is.
    package func times(_ other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }

    /// The quotient rounded towards minus infinity, so that times before 1970 fall into their day.
    ///
    /// - Precondition: `divisor` is more than 0.
    public func floorDivided(by divisor: Int64) -> Int64 {
        precondition(divisor > 0, "a length of time is divided by a length of more than 0")
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
