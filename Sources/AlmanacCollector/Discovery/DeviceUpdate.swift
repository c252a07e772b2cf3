public import Almanac
public import BACnetMessages
public import BuildingModel
public import TimeSeriesModel

/// The changes that a device's description made, and its differences from the plan.
public struct DeviceUpdate: Hashable, Sendable {
    /// The changes that were written into the catalog.
    public var changes = CatalogChanges()
    /// Points whose object the device no longer lists. They cannot be read.
    public var missing: [PointAddress] = []
    /// Points that have another object now: of a T3 panel, from analog to binary or back. They keep
    /// their address, and their binding in the catalog names the new object.
    public var moved: [PointAddress: ObjectIdentifier] = [:]
    /// Objects with a value that the plan does not name.
    public var unplanned: [ObjectIdentifier] = []

    public init() {}
}

extension CollectorPlan {
    /// Writes what a device reports about itself into the catalog, as new versions from now on.
    ///
    /// The first description of a device adds what the plan does not state: descriptions and state
    /// texts, and names and units of points without. A later one changes what the device has
    /// changed since the one before: the newest change wins, whether it came from a table or from
    /// the device. What could not be read changes nothing.
    ///
    /// - Parameters:
    ///   - description: as a ``DeviceReader`` read it.
    ///   - device: its number in the plan.
    ///   - history: a store that is open for writing, into which the plan was written before.
    ///   - author: recorded with each change in the audit trail.
    /// - Throws: ``HistoryError``; then nothing counts as reported, and the next description writes
    ///   it again.
    public func update(
        from description: DeviceDescription, of device: DeviceID, into history: DataManager,
        by author: Author = .program
    ) async throws(HistoryError) -> DeviceUpdate {
        var update = DeviceUpdate()
        guard let profile = devices.first(where: { $0.id == device })?.profile,
            description.hasList
        else { return update }
        let key = DeviceRecord.key(of: device)
        let before = try history.programState(key, as: DeviceRecord.self) ?? DeviceRecord()
        var planned = points.filter { $0.address.device == device }
        for place in planned.indices {
            // The catalog knows to which object a point has moved before.
            guard try history.point(planned[place].address) != nil,
                let text = try history.profile(of: planned[place].address).binding?.object,
                let object = ObjectIdentifier(text: text)
            else { continue }
            planned[place].object = object
            planned[place].dataType = object.type.dataType ?? planned[place].dataType
        }
        var review = DeviceReview(
            description, planned, isPanel: profile == .t3, record: before)
        for point in review.points {
            guard let label = try history.point(point.address) else { continue }
            review.compare(point, label, try history.profile(of: point.address))
        }
        if let name = review.newDeviceName, var known = try history.device(device),
            known.deviceName != name
        {
            known.deviceName = name
            try await history.upsert(known, by: author)
            update.changes.devices = [device]
        }
        if !review.labels.isEmpty { try await history.upsert(review.labels, by: author) }
        if !review.profiles.isEmpty {
            try await history.setProfiles(review.profiles, by: author)
        }
        update.changes.points = Set(review.labels.map(\.address)).union(review.profiles.keys)
            .sorted()
        update.missing = review.missing
        update.moved = review.moved
        update.unplanned = review.unplanned
        if review.record != before {
            try await history.keepProgramState(review.record, under: key)
        }
        return update
    }
}

/// Compares a description with the plan, the catalog and the description before.
private struct DeviceReview {
    /// The planned points whose object is there, each with the object that it has now.
    private(set) var points: [CollectedPoint] = []
    private(set) var missing: [PointAddress] = []
    private(set) var moved: [PointAddress: ObjectIdentifier] = [:]
    private(set) var unplanned: [ObjectIdentifier] = []
    private(set) var labels: [MonitoringPoint] = []
    private(set) var profiles: [PointAddress: PointProfile] = [:]
    /// The device's name, if it is another one than before.
    private(set) var newDeviceName: String?
    private(set) var record: DeviceRecord
    private var reported: [PointAddress: ObjectDescription] = [:]
    private let before: DeviceRecord

    init(
        _ description: DeviceDescription, _ planned: [CollectedPoint], isPanel: Bool,
        record: DeviceRecord
    ) {
        self.record = record
        before = record
        let objects = Dictionary(
            description.points.map { ($0.object, $0) }, uniquingKeysWith: { first, _ in first })
        let addresses = PointNumbering.addresses(of: description)
        let byAddress = Dictionary(
            addresses.map { (PointNumbering.withoutDevice($1), $0) },
            uniquingKeysWith: { first, _ in first })
        // A list with holes does not show that an object is gone.
        let isWhole = description.problems.isEmpty
        let plannedObjects = Set(planned.map(\.object))
        for var point in planned {
            if objects[point.object] == nil, isPanel,
                let other = byAddress[PointNumbering.withoutDevice(point.address)],
                !plannedObjects.contains(other)
            {
                moved[point.address] = other
                point.object = other
                point.dataType = other.type.dataType ?? point.dataType
            }
            if let object = objects[point.object] {
                points.append(point)
                reported[point.address] = object
            } else if isWhole, !description.listed.contains(point.object) {
                missing.append(point.address)
            }
        }
        let named = plannedObjects.union(moved.values)
        unplanned = description.points.map(\.object).filter { !named.contains($0) }
        if description.name != nil {
            if record.reportedName != nil, record.reportedName != description.catalogName {
                newDeviceName = description.catalogName
            }
            self.record.reportedName = description.catalogName
        }
    }

    mutating func compare(
        _ point: CollectedPoint, _ label: MonitoringPoint, _ profile: PointProfile
    ) {
        guard let object = reported[point.address] else { return }
        let known = before.reported["\(object.object)"]
        let words = DeviceRecord.Words(reported: object)
        var kept = known ?? words
        var label = label
        var profile = profile
        let oldLabel = label
        let oldProfile = profile
        /// True if the device's word counts: it has changed, or it is the first and none is stated.
        func counts<Word: Equatable>(_ new: Word?, _ old: Word?, isStated: Bool) -> Bool {
            guard let new else { return false }
            return known == nil ? !isStated : new != old
        }
        if counts(words.name, known?.name, isStated: point.name != nil) {
            label.pointName = words.name
        }
        if counts(words.description, known?.description, isStated: label.description != nil) {
            label.description = words.description
        }
        let hasUnit = point.unitCode != nil || point.unitSymbol != nil
        if counts(words.unitCode, known?.unitCode, isStated: hasUnit) {
            label.unitCode = words.unitCode
            label.unitSymbol = words.unitCode.flatMap { EngineeringUnit($0).symbol }
        }
        if counts(
            words.stateTexts, known?.stateTexts, isStated: point.profile.stateTexts != nil)
        {
            profile.stateTexts = words.stateTexts
        }
        if moved[point.address] != nil {
            label.dataType = point.dataType
            if point.dataType != .analog {
                label.unitCode = nil
                label.unitSymbol = nil
            }
            profile.binding?.object = "\(point.object)"
        }
        kept.name = words.name ?? kept.name
        kept.description = words.description ?? kept.description
        kept.unitCode = words.unitCode ?? kept.unitCode
        kept.stateTexts = words.stateTexts ?? kept.stateTexts
        record.reported["\(object.object)"] = kept
        if label != oldLabel { labels.append(label) }
        if profile != oldProfile { profiles[point.address] = profile }
    }
}
