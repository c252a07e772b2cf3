import TimeSeriesModel

/// A device with its points. A change to a shared catalog copies one of these, not all.
struct CatalogDevice: Sendable {
    var name: String?
    /// In the order of appearance; none is ever removed, so that places stay.
    private var points = SharedArray<CatalogPoint>()
    private var places = SharedMap<Key, Int>()
    private var placesByName = NameIndex<Int>()
    /// Whether the order of appearance is also that of the addresses, as it nearly always is.
    private var isSorted = true

    /// Type and number: the address inside the device, in one word.
    private typealias Key = UInt64

    subscript(address: PointAddress) -> CatalogPoint? {
        places[CatalogDevice.key(address)].map { points[$0] }
    }

    func series(of address: PointAddress) -> SeriesID? {
        places[CatalogDevice.key(address)].flatMap { points[$0].series }
    }

    /// The points whose current name it is.
    func points(named name: String) -> [CatalogPoint] { placesByName[name].map { points[$0] } }

    /// By type and number.
    var sortedPoints: [CatalogPoint] {
        isSorted ? points.elements : points.elements.sorted { $0.address < $1.address }
    }

    var pointCount: Int { points.count }

    /// Changes a point, which is added if need be, and keeps its name findable.
    ///
    /// - Returns: whether it was added.
    mutating func update(
        _ address: PointAddress, _ change: (inout CatalogPoint) -> Void
    ) -> Bool {
        let count = points.count
        let place = place(of: address)
        let (oldName, newName) = points.update(at: place) { point in
            let oldName = point.current?.name
            change(&point)
            return (oldName, point.current?.name)
        }
        if oldName != newName {
            if let oldName { placesByName.remove(place, for: oldName) }
            if let newName { placesByName.insert(place, for: newName) }
        }
        return points.count > count
    }

    private mutating func place(of address: PointAddress) -> Int {
        let key = CatalogDevice.key(address)
        if let place = places[key] { return place }
        if let last = points.last, last.address > address { isSorted = false }
        places[key] = points.count
        points.append(CatalogPoint(address))
        return points.count - 1
    }

    private static func key(_ address: PointAddress) -> Key {
        UInt64(address.type.rawValue) << 32 | UInt64(address.number)
    }
}
