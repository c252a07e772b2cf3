public import BuildingModel
import SegmentStore
public import TimeSeriesModel

/// What describes a point from a time on: its label, unit, kind and profile.
public struct PointDescription: Hashable, Sendable {
    /// From this time on; samples before a point's first description are described by that one.
    public var validFrom: Timestamp
    public var point: MonitoringPoint
    public var profile: PointProfile

    public init(validFrom: Timestamp, point: MonitoringPoint, profile: PointProfile) {
        self.validFrom = validFrom
        self.point = point
        self.profile = profile
    }

    /// The text of a value's state; nil for an analog point, and for a value without a text.
    public func stateText(of value: Double) -> String? {
        profile.stateText(of: value, dataType: point.dataType)
    }
}

extension HistoryReading {
    /// Returns what described a point at the times of a range, oldest first.
    ///
    /// The first one was in force when the range began, or is the point's first. Of a point that has
    /// samples but was never described, the result is empty. Touches no disk.
    ///
    /// - Throws: `unknownPoint`; `damaged` if a stored description cannot be read.
    public func descriptions(
        of address: PointAddress, in range: TimeRange = .all
    ) throws(HistoryError) -> [PointDescription] {
        try read { (view) throws(HistoryError) in
            try view.require(address)
            let labels = view.catalog[address]?.versions.map(\.validFrom) ?? []
            let documents = view.catalog.documentVersions(DocumentKey.point(address))
            let times = Set(labels + documents.map(\.validFrom)).sorted()
            let first = times.lastIndex { $0 <= range.from } ?? 0
            var found: [PointDescription] = []
            for time in times.dropFirst(first) where time < range.to || found.isEmpty {
                guard let point = try view.point(address, at: time) else { continue }
                let profile = try view.profile(of: address, at: time)
                // The parts are kept apart, and one may begin before the other.
                if let last = found.last, last.point == point, last.profile == profile { continue }
                found.append(PointDescription(validFrom: time, point: point, profile: profile))
            }
            return found
        }
    }
}
