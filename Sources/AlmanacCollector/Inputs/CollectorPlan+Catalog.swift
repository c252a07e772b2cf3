public import Almanac
internal import BACnetMessages
public import BuildingModel
public import TimeSeriesModel

/// The changes that a plan, or a device's own description, made in a catalog.
public struct CatalogChanges: Hashable, Sendable {
    /// Devices that are new or changed.
    public var devices: [DeviceID] = []
    /// Points whose label, unit, kind, limits, states or binding are new or changed.
    public var points: [PointAddress] = []
    /// Trend logs that are new or changed.
    public var logs: [TrendLogID] = []
    /// Devices and points that are no longer collected. Their history stays.
    public var deactivatedDevices: [DeviceID] = []
    public var deactivatedPoints: [PointAddress] = []

    public init() {}

    public var isEmpty: Bool {
        devices.isEmpty && points.isEmpty && logs.isEmpty && deactivatedDevices.isEmpty
            && deactivatedPoints.isEmpty
    }
}

extension CollectorPlan {
    /// Makes the catalog of a store what the plan states, and changes nothing else.
    ///
    /// Devices and points become known or get a new version from now on; points get their binding,
    /// and are items of trend logs of one interval each. A point or device that an earlier plan
    /// named and this one does not is deactivated and keeps its history; points without a binding,
    /// which other programs store, are left alone. A name, unit or kind that is the same as in the
    /// plan before is left as it is in the catalog: the device may have reported another since.
    ///
    /// Some durable writes per device that differs, none if nothing does.
    ///
    /// - Parameters:
    ///   - history: a store that is open for writing.
    ///   - interval: of points that state none.
    ///   - author: recorded with each change in the audit trail.
    /// - Throws: ``HistoryError``; devices before the failing one are written.
    @discardableResult
    public func write(
        into history: DataManager, interval: Duration = TrendLog.defaultInterval,
        by author: Author = .program
    ) async throws(HistoryError) -> CatalogChanges {
        var writer = CatalogWriter(history: history, author: author, interval: interval)
        let points = Dictionary(grouping: points, by: \.address.device)
        for device in devices {
            try await writer.write(device, points[device.id] ?? [])
        }
        try await writer.deactivateDevices(besides: Set(devices.map(\.id)))
        return writer.changes
    }
}

/// Writes one device after the other.
private struct CatalogWriter {
    let history: DataManager
    let author: Author
    let interval: Duration
    var changes = CatalogChanges()

    mutating func write(
        _ device: CollectedDevice, _ points: [CollectedPoint]
    ) async throws(HistoryError) {
        let key = DeviceRecord.key(of: device.id)
        let before = try history.programState(key, as: DeviceRecord.self) ?? DeviceRecord()
        var record = before
        try await write(device, &record)
        let known = try history.points(of: device.id)
        let firstChange = changes.points.endIndex
        try await write(points, known, &record)
        try await setProfiles(of: points, before, changedFrom: firstChange)
        try await deactivatePoints(known, besides: Set(points.map(\.address)))
        try await writeLogs(of: device.id, points)
        // After the catalog: a write that is cut short is made again at the next start.
        if record != before { try await history.keepProgramState(record, under: key) }
    }

    private mutating func write(
        _ device: CollectedDevice, _ record: inout DeviceRecord
    ) async throws(HistoryError) {
        let known = try history.device(device.id)
        var stored = known ?? Device(deviceID: device.id, deviceName: device.name)
        if record.statedName != device.name { stored.deviceName = device.name }
        record.statedName = device.name
        stored.deviceType = device.type
        stored.isActive = true
        // A device that is found by Who-Is keeps the address at which it was.
        if let address = device.address {
            stored.ipAddress = address.node.host
            stored.port = address.node.port
        }
        guard stored != known else { return }
        try await history.upsert(stored, by: author)
        changes.devices.append(device.id)
    }

    private mutating func write(
        _ points: [CollectedPoint], _ known: [MonitoringPoint], _ record: inout DeviceRecord
    ) async throws(HistoryError) {
        let known = Dictionary(uniqueKeysWithValues: known.map { ($0.address, $0) })
        var changed: [MonitoringPoint] = []
        var stated: [String: DeviceRecord.Words] = [:]
        for point in points {
            let words = DeviceRecord.Words(stated: point)
            stated["\(point.address)"] = words
            var stored =
                known[point.address]
                ?? MonitoringPoint(address: point.address, dataType: point.dataType)
            if record.stated["\(point.address)"] != words {
                stored.pointName = point.name ?? stored.pointName
                stored.description = point.description ?? stored.description
                if point.unitCode != nil || point.unitSymbol != nil {
                    stored.unitCode = point.unitCode
                    stored.unitSymbol =
                        point.unitSymbol
                        ?? point.unitCode
                        .flatMap { EngineeringUnit($0).symbol }
                }
                stored.dataType = point.dataType
            }
            stored.isActive = true
            if stored != known[point.address] { changed.append(stored) }
        }
        record.stated = stated
        guard !changed.isEmpty else { return }
        try await history.upsert(changed, by: author)
        changes.points += changed.map(\.address)
    }

    private mutating func setProfiles(
        of points: [CollectedPoint], _ record: DeviceRecord, changedFrom firstChange: Int
    ) async throws(HistoryError) {
        var changed: [PointAddress: PointProfile] = [:]
        for point in points {
            let known = try history.profile(of: point.address)
            var profile = known
            // What the tables do not state stays as it is.
            profile.rangeCode = point.profile.rangeCode ?? known.rangeCode
            profile.decimals = point.profile.decimals ?? known.decimals
            profile.historyMode = point.profile.historyMode
            profile.modulus = point.profile.modulus ?? known.modulus
            profile.low = point.profile.low
            profile.high = point.profile.high
            profile.stateTexts = point.profile.stateTexts ?? known.stateTexts
            profile.timeZone = point.profile.timeZone ?? known.timeZone
            profile.binding = PointBinding(
                object: "\(point.object)", mode: point.mode, interval: point.interval)
            // A panel's point may have moved to another object since the plan before.
            if let object = known.binding?.object,
                record.stated["\(point.address)"]?.object == "\(point.object)"
            {
                profile.binding?.object = object
            }
            if profile != known { changed[point.address] = profile }
        }
        guard !changed.isEmpty else { return }
        try await history.setProfiles(changed, by: author)
        let named = Set(changes.points[firstChange...])
        changes.points += changed.keys.filter { !named.contains($0) }.sorted()
    }

    private mutating func deactivatePoints(
        _ known: [MonitoringPoint], besides named: Set<PointAddress>
    ) async throws(HistoryError) {
        var changed: [MonitoringPoint] = []
        for var point in known where point.isActive && !named.contains(point.address) {
            guard try history.profile(of: point.address).binding != nil else { continue }
            point.isActive = false
            changed.append(point)
        }
        guard !changed.isEmpty else { return }
        try await history.upsert(changed, by: author)
        changes.deactivatedPoints += changed.map(\.address)
    }

    mutating func deactivateDevices(besides named: Set<DeviceID>) async throws(HistoryError) {
        for device in try history.devices(activeOnly: true) where !named.contains(device.deviceID) {
            // Another program's device is none of ours.
            let key = DeviceRecord.key(of: device.deviceID)
            guard try history.programState(key, as: DeviceRecord.self) != nil else { continue }
            try await history.setStatus(of: device.deviceID, active: false, by: author)
            changes.deactivatedDevices.append(device.deviceID)
        }
    }
}

extension CatalogWriter {
    /// Puts the points of a device into logs of one interval each. A point that has a slot keeps it.
    private mutating func writeLogs(
        of device: DeviceID, _ points: [CollectedPoint]
    ) async throws(HistoryError) {
        let wanted = Dictionary(grouping: points) { $0.interval ?? interval }
        let known = try history.trendLogs(of: device).filter {
            CatalogWriter.number(of: $0) != nil
        }
        for (interval, points) in wanted.sorted(by: { $0.key < $1.key }) {
            let logs = known.filter { $0.interval == interval }
            try await writeLogs(of: device, interval, points.map(\.address), logs)
        }
        for log in known where wanted[log.interval] == nil {
            try await deactivate(log)
        }
    }

    private mutating func writeLogs(
        of device: DeviceID, _ interval: Duration, _ points: [PointAddress], _ known: [TrendLog]
    ) async throws(HistoryError) {
        var rest = Set(points)
        var slots: [[PointAddress?]] = []
        for log in known {
            var content = [PointAddress?](repeating: nil, count: TrendLogItem.slotCount)
            for item in try history.items(of: log.id!) where rest.remove(item.point) != nil {
                content[Int(item.pointOrder)] = item.point
            }
            slots.append(content)
        }
        var waiting = points.filter(rest.contains)[...]
        for place in slots.indices {
            for slot in slots[place].indices where slots[place][slot] == nil {
                guard let point = waiting.popFirst() else { break }
                slots[place][slot] = point
            }
        }
        while !waiting.isEmpty {
            let content = waiting.prefix(TrendLogItem.slotCount)
            waiting = waiting.dropFirst(content.count)
            slots.append(content.map { $0 })
        }
        var number = known.compactMap(CatalogWriter.number).max() ?? 0
        for (place, content) in slots.enumerated() {
            guard content.contains(where: { $0 != nil }) else {
                try await deactivate(known[place])
                continue
            }
            let isKnown = place < known.count
            if !isKnown { number += 1 }
            var log =
                isKnown
                ? known[place]
                : TrendLog(
                    deviceID: device, trendLogName: CatalogWriter.name(of: interval, number),
                    interval: interval)
            let wasActive = isKnown && log.isActive
            log.isActive = true
            let id = wasActive ? log.id! : try await history.upsert(log, by: author).id!
            let items = content.enumerated().compactMap { slot, point in
                point.map { TrendLogItem(trendLogID: id, point: $0, pointOrder: UInt8(slot)) }
            }
            let before = try history.items(of: id).map { [$0.point: $0.pointOrder] }
            let isSame = before == items.map { [$0.point: $0.pointOrder] }
            if !isSame { try await history.replaceItems(of: id, with: items, by: author) }
            if !wasActive || !isSame { changes.logs.append(id) }
        }
    }

    private mutating func deactivate(_ log: TrendLog) async throws(HistoryError) {
        guard log.isActive, let id = log.id else { return }
        var log = log
        log.isActive = false
        try await history.upsert(log, by: author)
        changes.logs.append(id)
    }

    /// The names of the logs that a collector makes; others belong to people.
    private static func name(of interval: Duration, _ number: Int) -> String {
        "\(namePrefix)\(interval.components.seconds) s, \(number)"
    }

    private static let namePrefix = "collector "

    /// The number at the end of such a name; nil for a log of other origin.
    private static func number(of log: TrendLog) -> Int? {
        guard log.trendLogName.hasPrefix(namePrefix),
            let last = log.trendLogName.split(separator: " ").last
        else { return nil }
        return Int(last)
    }
}
