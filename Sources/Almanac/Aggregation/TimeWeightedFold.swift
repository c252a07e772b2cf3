import TimeSeriesModel

/// Lays what is known of a value over buckets, and weighs it by its time.
struct TimeWeightedFold: Sendable {
    /// In milliseconds, ascending; one more than there are buckets.
    private let bounds: [Int64]
    /// Of value × milliseconds, by bucket.
    private var areas: [Double]
    /// Milliseconds in which the value is known, by bucket.
    private var covered: [Int64]

    /// - Parameter spans: ascending, without overlap.
    init(_ spans: [KnownSpan], bounds: [Int64]) {
        self.bounds = bounds
        areas = Array(repeating: 0, count: bounds.count - 1)
        covered = Array(repeating: 0, count: bounds.count - 1)
        var bucket = 0
        for span in spans {
            while bucket < areas.count, bounds[bucket + 1] <= span.start { bucket += 1 }
            add(span, from: bucket)
        }
    }

    private mutating func add(_ span: KnownSpan, from bucket: Int) {
        var place = bucket
        while place < areas.count, bounds[place] < span.end {
            let from = max(span.start, bounds[place])
            let to = min(span.end, bounds[place + 1])
            if from < to {
                areas[place] += span.mean(from: from, to: to) * Double(to - from)
                covered[place] += to - from
            }
            place += 1
        }
    }

    /// `nil` where no time of the bucket is covered.
    func mean(ofBucket place: Int) -> Double? {
        covered[place] > 0 ? areas[place] / Double(covered[place]) : nil
    }

    func coveredTime(ofBucket place: Int) -> Duration { .milliseconds(covered[place]) }
}
