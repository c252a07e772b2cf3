import TimeSeriesModel

/// The point of every series. Ids are dense, so a place in an array is nearly always enough; one far
/// beyond the others is kept apart, since a record may claim any.
struct SeriesTable: Sendable {
    private var addresses: [PointAddress?] = []
    private var strays: [SeriesID: PointAddress] = [:]
    private(set) var count = 0

    /// Ids that an array takes although none was seen before them.
    private static let lookAhead = 4096

    subscript(id: SeriesID) -> PointAddress? {
        let place = Int(id.rawValue)
        return place < addresses.count ? addresses[place] : strays[id]
    }

    /// Binds an id that nobody has, or the same once more.
    mutating func bind(_ id: SeriesID, to address: PointAddress) {
        if self[id] == nil { count += 1 }
        let place = Int(id.rawValue)
        guard place < 2 * addresses.count + SeriesTable.lookAhead else {
            strays[id] = address
            return
        }
        if place >= addresses.count {
            addresses.append(
                contentsOf: repeatElement(nil, count: place + 1 - addresses.count))
            takeStrays()
        }
        addresses[place] = address
    }

    /// Those that the array has reached are looked for there.
    private mutating func takeStrays() {
        for (id, address) in strays where Int(id.rawValue) < addresses.count {
            addresses[Int(id.rawValue)] = address
            strays[id] = nil
        }
    }

    /// All ids with their points, ascending.
    var sorted: [(id: SeriesID, address: PointAddress)] {
        var found: [(id: SeriesID, address: PointAddress)] = []
        found.reserveCapacity(count)
        for (place, address) in addresses.enumerated() {
            if let address { found.append((SeriesID(rawValue: UInt32(place)), address)) }
        }
        return found + strays.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
