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
        let step = width.milliseconds
        guard step > 0, !range.isEmpty else { return nil }
        // The bucket before the range may begin before the first moment of all, and the origin may
        // be on the other end of time: both need more bits than a timestamp has.
        let from = Int128(range.from.rawValue)
        let intoBucket = (from - Int128(origin?.rawValue ?? 0)) % Int128(step)
        let first = from - (intoBucket < 0 ? intoBucket + Int128(step) : intoBucket)
        guard (Int128(range.to.rawValue) - first) / Int128(step) < 10_000_000 else { return nil }
        var bounds = [range.from]
        var next = first + Int128(step)
        while next < Int128(range.to.rawValue) {
            bounds.append(Timestamp(rawValue: Int64(next)))
            next += Int128(step)
        }
        bounds.append(range.to)
        self.bounds = bounds
        edges = bounds.map(\.rawValue)
    }

    public var count: Int { bounds.count - 1 }

    /// From the first bound up to the last.
    public var range: TimeRange { TimeRange(from: bounds[0], to: bounds[bounds.count - 1])! }
}
