internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import BuildingSimulation
internal import TimeSeriesModel

/// The objects of one device of the building. What they are at a time follows from the building; here
/// is only which they are.
struct SimulatedObjects: DeviceObjects {
    enum Entry: Hashable {
        case device
        /// An index into the building's points.
        case point(Int)
        /// An index into ``summaries``.
        case summary(Int)
        /// The point that is logged.
        case log(Int)
    }

    let building: SimulatedBuilding
    let profile: DeviceProfile
    let time: SimulatedTime
    let deviceName: String
    let introduction: IAmRequest
    let log: TrendLog
    let summaries: [StateSummary]
    /// As the device tells them.
    let list: [ObjectIdentifier]
    private let entries: [ObjectIdentifier: Entry]
    var databaseRevision: UInt64 = 1
    var restart: Timestamp

    /// - Parameter points: those of the device, as indices into the building's points.
    init(
        of device: Device, points: Range<Int>, in building: SimulatedBuilding,
        _ profile: DeviceProfile, _ time: SimulatedTime
    ) {
        self.building = building
        self.profile = profile
        self.time = time
        deviceName = device.deviceName
        introduction = IAmRequest(
            device: ObjectIdentifier(.device, device.deviceID.rawValue),
            maxAPDU: UInt32(profile.octetCountMax), segmentation: profile.segmentation,
            vendor: UInt32(profile.vendor))
        log = TrendLog(profile.logs, origin: time.origin)
        restart = time.origin
        summaries = StateSummary.all(of: points, in: building)
        var found: [(ObjectIdentifier, Entry)] = [(introduction.device, .device)]
        found += points.map { (building.points[$0].object, .point($0)) }
        // Behind the device's own variables, so that no two have one number.
        let first = points.count { building.points[$0].address.type == .variable } + 1
        found += summaries.enumerated().map { index, summary in
            (ObjectIdentifier(summary.type, UInt32(first + index)), .summary(index))
        }
        found += points.prefix(profile.logs.logCount).enumerated().map { index, point in
            (ObjectIdentifier(.trendLog, UInt32(index + 1)), .log(point))
        }
        list = found.map(\.0)
        entries = Dictionary(uniqueKeysWithValues: found)
    }

    func entry(of object: ObjectIdentifier) -> Entry? { entries[object] }

    func object(named name: String) -> ObjectIdentifier? {
        list.first { self.name(of: $0) == name }
    }

    func name(of object: ObjectIdentifier) -> String? {
        switch entries[object] {
        case nil: nil
        case .device: deviceName
        case .point(let point): building.points[point].pointName
        case .summary(let index): summaries[index].name
        case .log(let point): building.points[point].pointName + "_log"
        }
    }

    func properties(
        of object: ObjectIdentifier, in selection: PropertySelection
    ) -> [PropertyIdentifier] {
        guard let entry = entries[object] else { return [] }
        let properties = properties(of: entry, object.type)
        switch selection {
        case .all: return properties.required + properties.optional
        case .required: return properties.required
        case .optional: return properties.optional
        }
    }

    func content(
        of property: PropertyIdentifier, of object: ObjectIdentifier, at now: Duration
    ) -> PropertyContent? {
        guard let entry = entries[object] else { return nil }
        let properties = properties(of: entry, object.type)
        switch property {
        case .objectIdentifier: return .plain([.object(object)])
        case .objectName: return name(of: object).map { .plain([.text($0)]) }
        case .objectType: return .plain([.enumerated(UInt32(object.type.rawValue))])
        case .propertyList:
            let hidden: [PropertyIdentifier] = object.type == .trendLog ? [.logBuffer] : []
            return .array((properties.required + hidden + properties.optional).propertyList)
        case .logBuffer where object.type == .trendLog:
            return .error(ErrorReply(.property, .readAccessDenied))
        default: break
        }
        guard properties.required.contains(property) || properties.optional.contains(property)
        else { return nil }
        let moment = time.moment(at: now)
        switch entry {
        case .device: return deviceContent(of: property, at: moment)
        case .log(let point): return content(of: property, ofLogOf: point, at: moment)
        case .point, .summary: return content(of: property, of: entry, object.type, at: moment)
        }
    }
}

extension TaggedValue {
    static func text(_ text: String) -> TaggedValue { .characters(CharacterString(text)) }
}
