import Almanac
import SegmentStore

/// Count, extremes, sum, first and last of a run of slots, by the plainest means there are.
struct SlotSummary {
    private let range: TimeRange
    private let count: Int
    private let minimum: Double
    private let maximum: Double
    private let sum: Double
    private let first: Double
    private let last: Double
    private let firstTime: Timestamp
    private let lastTime: Timestamp

    init(_ values: [Double], slots: Range<Int>) {
        let values = values[slots]
        range = FacadeYear.range(from: slots.lowerBound, count: slots.count)
        count = values.count
        minimum = values.min() ?? .nan
        maximum = values.max() ?? .nan
        sum = values.reduce(0, +)
        first = values.first ?? .nan
        last = values.last ?? .nan
        firstTime = FacadeYear.time(slots.lowerBound)
        lastTime = FacadeYear.time(slots.upperBound - 1)
    }

    /// Sums are added up in different orders; all else is exactly the same.
    private func isSum(_ found: Double?) -> Bool {
        guard let found else { return false }
        return abs(found - sum) <= RunResult.relativeTolerance * max(1, abs(sum))
    }

    private func isMean(_ found: Double?) -> Bool { isSum(found.map { $0 * Double(count) }) }

    func agrees(with found: Aggregate) -> Bool {
        found.count == count && found.badCount == 0 && isSum(found.sum) && isMean(found.mean)
            && found.minimum == minimum && found.maximum == maximum && found.first == first
            && found.last == last && found.firstTime == firstTime && found.lastTime == lastTime
    }

    func agrees(with found: Statistics) -> Bool {
        found.count == count && found.countBad == 0 && isSum(found.sum) && isMean(found.avg)
            && found.min == minimum && found.max == maximum && found.first == first
            && found.last == last && found.firstTimestamp == firstTime
            && found.lastTimestamp == lastTime
    }

    func agrees(with found: Bucket) -> Bool {
        found.start == range.from && found.range == range && found.count == count
            && found.badCount == 0 && isSum(found.sum) && isMean(found.mean)
            && found.minimum == minimum && found.maximum == maximum && found.first == first
            && found.last == last && found.firstTime == firstTime && found.lastTime == lastTime
    }
}
