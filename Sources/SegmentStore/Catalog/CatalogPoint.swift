public import TimeSeriesModel

/// What a point was called and how its values were to be read, from a time on.
public struct PointVersion: Hashable, Sendable {
    public var name: String
    public var unit: String
    public var dataType: DataType
    public var validFrom: Timestamp

    public init(name: String, unit: String, dataType: DataType, validFrom: Timestamp) {
        self.name = name
        self.unit = unit
        self.dataType = dataType
        self.validFrom = validFrom
    }

    /// Whether the two differ in nothing but the time from which they hold.
    func describesSame(as other: PointVersion) -> Bool {
        name == other.name && unit == other.unit && dataType == other.dataType
    }
}

/// A point that the catalog knows: by its series, by its versions, or by both.
public struct CatalogPoint: Hashable, Sendable {
    public let address: PointAddress
    /// Nil before its first sample was announced.
    public internal(set) var series: SeriesID?
    /// Oldest first, each valid from another time; empty where nobody described the point.
    public private(set) var versions: [PointVersion] = []

    init(_ address: PointAddress) { self.address = address }

    /// The newest version.
    public var current: PointVersion? { versions.last }

    /// The version at a time; before the first one, the first, so that old samples have a label.
    public func version(at time: Timestamp) -> PointVersion? {
        versions.last { $0.validFrom <= time } ?? versions.first
    }

    /// Puts a version in its place; one that is valid from the same time gives way.
    mutating func insert(_ version: PointVersion) {
        let index = versions.lastIndex { $0.validFrom <= version.validFrom }
        if let index, versions[index].validFrom == version.validFrom {
            versions[index] = version
        } else {
            versions.insert(version, at: (index ?? -1) + 1)
        }
    }
}
