public import TimeSeriesModel

/// Consecutive half-open spans of time, given by their ascending bounds.
public struct BucketGrid: Sendable {
    /// One more than there are buckets: bucket i reaches from bound i up to bound i + 1.
    public let bounds: [Timestamp]
    /// The bounds as the codecs take them.
    let edges: [Int64]

    /// `nil` where there are fewer than two bounds or they do not ascend.
    public init?(bounds: [Timestamp]) {
        guard bounds.count > 1, zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
            return nil
        }
        self.bounds = bounds
        edges = bounds.map(\.rawValue)
    }

    /// Buckets of equal length that cover a range, their bounds at whole multiples of `width`
    /// since 1970 (plus `origin`); the first and last are cut to the range.
    ///
    /// `nil` for an empty range, a width that is not positive, or more than ten million buckets.
    public init?(covering range: TimeRange, every width: Duration, origin: Timestamp? = nil) {
        let step =
            Int64(width.components.seconds) * 1000
            + width.components.attoseconds / 1_000_000_000_000_000
        guard step > 0, !range.isEmpty else { return nil }
        let shift = origin?.rawValue ?? 0
        let first = (range.from.rawValue - shift).floorDivided(by: step) * step + shift
        guard (range.to.rawValue - first) / step < 10_000_000 else { return nil }
        var bounds = [range.from]
        var next = first + step
        while next < range.to.rawValue {
            bounds.append(Timestamp(rawValue: next))
            next += step
        }
        bounds.append(range.to)
        self.bounds = bounds
        edges = bounds.map(\.rawValue)
    }

    public var count: Int { bounds.count - 1 }

    /// From the first bound up to the last.
    public var range: TimeRange { TimeRange(from: bounds[0], to: bounds[bounds.count - 1])! }
}
