import TimeSeriesModel

/// The direction in which samples are read.
public enum ReadOrder: Sendable {
    /// Oldest first.
    case forward
    /// Newest first.
    case backward
}

/// A half-open range as its first and last millisecond.
struct ReadBounds {
    let first: Int64
    let last: Int64

    /// `nil` for an empty range.
    init?(_ range: TimeRange) {
        guard !range.isEmpty else { return nil }
        first = range.from.rawValue
        last = range.to.rawValue - 1
    }

    init(first: Int64, last: Int64) {
        self.first = first
        self.last = last
    }

    /// The positions of ascending times that lie inside.
    func positions(in times: [Int64]) -> Range<Int> {
        guard let earliest = times.first, let latest = times.last else { return 0..<0 }
        let start = earliest >= first ? 0 : times.firstPosition { $0 >= first }
        let end = latest <= last ? times.count : times.firstPosition { $0 > last }
        return start..<max(start, end)
    }
}

extension [Int64] {
    /// The first position whose element satisfies a predicate that stays true from there on.
    func firstPosition(
        in range: Range<Int>? = nil, where isBeyond: (Int64) -> Bool
    ) -> Int {
        var low = range?.lowerBound ?? 0
        var high = range?.upperBound ?? count
        while low < high {
            let middle = low + (high - low) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
