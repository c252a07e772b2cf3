import BuildingModel
import SegmentStore

/// What kind of values a point had, and from when on: a point may turn from analog to digital, and
/// keeps its address and its history. No aggregate mixes the two.
struct PointKinds: Hashable, Sendable {
    struct Era: Hashable, Sendable {
        let start: Timestamp
        let dataType: DataType
    }

    /// Ascending, the first from the beginning of time; neighbours differ.
    let eras: [Era]

    init(_ dataType: DataType) { eras = [Era(start: TimeRange.all.from, dataType: dataType)] }

    /// - Parameter versions: oldest first; the first holds for what is older too.
    init(_ versions: [PointVersion]) {
        var found: [Era] = []
        for version in versions where version.dataType != found.last?.dataType {
            let start = found.isEmpty ? TimeRange.all.from : version.validFrom
            found.append(Era(start: start, dataType: version.dataType))
        }
        eras = found
    }

    /// The kind at the end of a range, and when it held.
    func last(in range: TimeRange) -> (dataType: DataType, range: TimeRange)? {
        guard let place = eras.lastIndex(where: { $0.start < range.to }) ?? eras.indices.first
        else { return nil }
        return (eras[place].dataType, self.range(at: place))
    }

    /// When the kind at a place held.
    func range(at place: Int) -> TimeRange {
        let end = place + 1 < eras.count ? eras[place + 1].start : TimeRange.all.to
        return TimeRange(from: eras[place].start, to: end)!
    }

    /// The part of a range with the kind that the point has at its end.
    func ofOneKind(_ range: TimeRange) -> TimeRange {
        guard eras.count > 1, let last = last(in: range) else { return range }
        let start = min(max(range.from, last.range.from), range.to)
        return TimeRange(from: start, to: range.to)!
    }
}

extension CatalogPoint {
    var kinds: PointKinds { PointKinds(versions) }
}
