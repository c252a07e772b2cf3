import TimeSeriesModel

/// The point of every series.
struct SeriesTable: Sendable {
    private var addresses = SharedMap<SeriesID, PointAddress>()

    var count: Int { addresses.count }

    subscript(id: SeriesID) -> PointAddress? { addresses[id] }

    /// Binds an id that nobody has, or the same once more.
    mutating func bind(_ id: SeriesID, to address: PointAddress) { addresses[id] = address }

    /// All ids with their points, ascending.
    var sorted: [(id: SeriesID, address: PointAddress)] {
        var found: [(id: SeriesID, address: PointAddress)] = []
        found.reserveCapacity(count)
        addresses.visit { found.append(($0.key, $0.value)) }
        return found.sorted { $0.id < $1.id }
    }
}
