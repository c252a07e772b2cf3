import TimeSeriesModel

/// Samples that a rewrite leaves out: of some series or of all, in a range of time.
struct RemovedRange: Sendable {
    /// `nil` for all.
    let series: Set<SeriesID>?
    let range: TimeRange

    func concerns(_ other: SeriesID) -> Bool { series?.contains(other) ?? true }

    func touches(_ year: UTCYear) -> Bool {
        !range.isEmpty && range.from < year.end && range.to > year.start
    }

    /// Whether nothing of a year stays.
    func covers(_ year: UTCYear) -> Bool {
        series == nil && range.from <= year.start && range.to >= year.end
    }

    /// What of some bounds stays: before the range and behind it.
    func kept(in bounds: ReadBounds) -> [ReadBounds] {
        var kept: [ReadBounds] = []
        if bounds.first < range.from.rawValue {
            kept.append(
                ReadBounds(
                    first: bounds.first, last: min(bounds.last, range.from.rawValue - 1)))
        }
        if bounds.last >= range.to.rawValue {
            kept.append(
                ReadBounds(first: max(bounds.first, range.to.rawValue), last: bounds.last))
        }
        return kept
    }
}
