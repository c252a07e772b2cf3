import TimeSeriesModel

extension Catalog {
    /// All points by device, type and number.
    public var points: CatalogPoints { CatalogPoints(self) }

    /// The points whose full name fits a pattern (``NamePattern``), by device, type and number.
    public func points(matching pattern: String) -> [CatalogPoint] {
        let pattern = NamePattern(pattern)
        var found: [CatalogPoint] = []
        var name: [UInt8] = []
        for id in deviceIDs {
            name.removeAll(keepingCapacity: true)
            name.append(contentsOf: (self.name(of: id) ?? String(id.rawValue)).utf8)
            name.append(UInt8(ascii: "/"))
            let prefix = name.count
            for point in points(of: id) {
                guard let pointName = point.current?.name else { continue }
                name.removeSubrange(prefix...)
                name.append(contentsOf: pointName.utf8)
                if pattern.matches(name) { found.append(point) }
            }
        }
        return found
    }
}

/// The points of a catalog in order, one device at a time.
public struct CatalogPoints: Sequence, IteratorProtocol, Sendable {
    private let catalog: Catalog
    private var devices: ArraySlice<DeviceID>
    private var points: ArraySlice<CatalogPoint> = []

    init(_ catalog: Catalog) {
        self.catalog = catalog
        devices = catalog.deviceIDs[...]
    }

    public var underestimatedCount: Int { points.count }

    public mutating func next() -> CatalogPoint? {
        while points.isEmpty {
            guard let device = devices.popFirst() else { return nil }
            points = catalog.points(of: device)[...]
        }
        return points.popFirst()
    }
}
