public import TimeSeriesModel

/// Who is who: which series belongs to which point, and what devices and points are called.
///
/// A value. Copying is free, and a change of a copy costs what it touches: the copies share the rest,
/// however many points there are.
public struct Catalog: Sendable {
    /// The first number that no series can have; ids begin with 1.
    public static let seriesIDEnd = SeriesID(rawValue: .max)

    private(set) var devices = SharedMap<DeviceID, CatalogDevice>()
    private var devicesByName = NameIndex<DeviceID>()
    private var addressesBySeries = SeriesTable()
    private(set) var documents = CatalogDocuments()
    /// Records of a later version, carried along.
    private var others: [CatalogRecord] = []
    /// The id that the next new series gets.
    public private(set) var nextSeriesID: SeriesID
    public private(set) var pointCount = 0

    public init(nextSeriesID: SeriesID = SeriesID(rawValue: 1)) {
        self.nextSeriesID = nextSeriesID
    }

    public var seriesCount: Int { addressesBySeries.count }

    /// Makes sure that no id below is given: ids are never reused, also if their record is lost.
    public mutating func reserveSeriesIDs(below id: SeriesID) {
        nextSeriesID = max(nextSeriesID, id)
    }
}

// MARK: Looking up

extension Catalog {
    /// Looked at in place: every read of a point begins with it.
    public func series(of address: PointAddress) -> SeriesID? {
        devices.withValue(of: address.device) { $0.series(of: address) } ?? nil
    }

    public func address(of series: SeriesID) -> PointAddress? { addressesBySeries[series] }

    public subscript(address: PointAddress) -> CatalogPoint? {
        devices.withValue(of: address.device) { $0[address] } ?? nil
    }

    /// The device's own name; nil where nobody gave it one.
    public func name(of device: DeviceID) -> String? {
        devices.withValue(of: device) { $0.name } ?? nil
    }

    /// All devices that are named or have points, sorted.
    public var deviceIDs: [DeviceID] { devices.keys.sorted() }

    /// The points of one device, by type and number.
    public func points(of device: DeviceID) -> [CatalogPoint] {
        devices[device]?.sortedPoints ?? []
    }

    /// All series with their points, by id.
    public var allSeries: [(id: SeriesID, address: PointAddress)] {
        addressesBySeries.sorted
    }

    /// `device/point`; a device without a name goes by its number. Nil where the point has no name.
    public func fullName(of address: PointAddress) -> String? {
        guard let device = devices[address.device], let point = device[address]?.current?.name
        else { return nil }
        return "\(device.name ?? String(address.device.rawValue))/\(point)"
    }

    /// Every point of the current name `device/point`, sorted. More than one: the name is ambiguous.
    ///
    /// Split at the first '/': a device's name holds none, a point's may.
    public func addresses(named fullName: String) -> [PointAddress] {
        guard let slash = fullName.utf8.firstIndex(of: UInt8(ascii: "/")) else { return [] }
        let pointName = String(fullName[fullName.utf8.index(after: slash)...])
        let owners = deviceIDs(named: String(fullName[..<slash]))
        return owners.flatMap { devices[$0]?.points(named: pointName) ?? [] }
            .map(\.address).sorted()
    }

    /// The devices of a name, and the nameless one whose number it spells.
    public func deviceIDs(named name: String) -> [DeviceID] {
        var found = devicesByName[name]
        if let number = UInt32(name), String(number) == name {
            let id = DeviceID(number)
            if let device = devices[id], device.name == nil { found.append(id) }
        }
        return found.sorted()
    }
}

// MARK: Applying records

extension Catalog {
    /// Makes what a record says true. The same record again changes nothing.
    ///
    /// - Throws: ``StoreError`` with code `damaged` where it contradicts what is known: one id of
    ///   two points, or two ids of one point.
    public mutating func apply(_ record: CatalogRecord) throws(StoreError) {
        switch record {
        case .series(let id, let address): try bind(id, to: address)
        case .device(let id, let name): rename(id, name)
        case .point(let address, let version): update(address) { $0.insert(version) }
        case .document(let key, let document): documents.insert(document, for: key)
        case .other: if !others.contains(record) { others.append(record) }
        }
    }

    private mutating func bind(_ id: SeriesID, to address: PointAddress) throws(StoreError) {
        if let known = addressesBySeries[id], known != address {
            throw StoreError(
                .damaged, "series \(id.rawValue) of \(address) found, of \(known) expected")
        }
        if let known = series(of: address), known != id {
            throw StoreError(
                .damaged,
                "series \(id.rawValue) of \(address) found, \(known.rawValue) expected")
        }
        addressesBySeries.bind(id, to: address)
        update(address) { $0.series = id }
        reserveSeriesIDs(below: SeriesID(rawValue: id.rawValue + 1))
    }

    private mutating func rename(_ id: DeviceID, _ name: String) {
        if let old = devices[id]?.name { devicesByName.remove(id, for: old) }
        devices.update(id, default: CatalogDevice()) { $0.name = name }
        devicesByName.insert(id, for: name)
    }

    private mutating func update(
        _ address: PointAddress, _ change: (inout CatalogPoint) -> Void
    ) {
        let isNew = devices.update(address.device, default: CatalogDevice()) {
            $0.update(address, change)
        }
        if isNew { pointCount += 1 }
    }

    /// Hands on the records that say everything again, and nothing that no longer holds, one by one:
    /// together they take more memory than the catalog.
    func forEachLiveRecord(_ body: (CatalogRecord) -> Void) {
        for id in deviceIDs {
            if let name = devices[id]?.name { body(.device(id, name: name)) }
            for point in points(of: id) {
                if let series = point.series { body(.series(series, point.address)) }
                for version in point.versions { body(.point(point.address, version)) }
            }
        }
        documents.forEachRecord(body)
        for record in others { body(record) }
    }
}
