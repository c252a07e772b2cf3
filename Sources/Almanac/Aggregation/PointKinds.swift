import BuildingModel
import SegmentStore

/// What kind of values a point had, and from when on: a point may turn from analog to digital, and
/// keeps its address and its history. No aggregate mixes the two.
struct PointKinds: Hashable, Sendable {
    struct Era: Hashable, Sendable {
        let range: TimeRange
        let dataType: DataType
    }

    /// Ascending, over all of time; neighbours differ. At least one.
    let eras: [Era]

    init(_ dataType: DataType) { eras = [Era(range: .all, dataType: dataType)] }

    /// - Parameter versions: oldest first; the first holds for what is older too. Without any the point
    ///   is analog.
    init(_ versions: [PointVersion]) {
        var found = [Era(range: .all, dataType: versions.first?.dataType ?? .analog)]
        for version in versions where version.dataType != found[found.count - 1].dataType {
            let before = found.removeLast()
            let start = max(before.range.from, version.validFrom)
            found += [
                Era(
                    range: TimeRange(from: before.range.from, to: start)!,
                    dataType: before.dataType),
                Era(
                    range: TimeRange(from: start, to: before.range.to)!, dataType: version.dataType),
            ]
        }
        eras = found
    }

    /// That of a range's end.
    func last(in range: TimeRange) -> Era {
        eras.last { $0.range.from < range.to } ?? eras[0]
    }

    /// The part of a range with the kind that the point has at its end.
    func ofOneKind(_ range: TimeRange) -> TimeRange {
        let start = min(max(range.from, last(in: range).range.from), range.to)
        return TimeRange(from: start, to: range.to)!
    }
}

extension CatalogPoint {
    var kinds: PointKinds { PointKinds(versions) }
}
