import SegmentStore

extension HistorySnapshot {
    /// A device; nil where it is not known. Does not touch the disk.
    public func device(_ id: DeviceID) throws(HistoryError) -> Device? {
        let stored = try documents.value(
            DocumentKey.device(id), in: catalog, as: StoredDevice.self)
        guard let name = catalog.name(of: id) ?? stored.map({ _ in String(id.rawValue) }) else {
            return nil
        }
        return Device(
            deviceID: id, deviceName: name, deviceType: stored?.type ?? Device.defaultType,
            ipAddress: stored?.ip, port: stored?.port, isActive: stored?.inactive != true,
            lastSeen: stored?.seen.map(Timestamp.init(rawValue:)),
            createdAt: stored.map { Timestamp(rawValue: $0.made) },
            updatedAt: stored.map { Timestamp(rawValue: $0.changed) })
    }

    /// All devices, by number.
    public func devices(activeOnly: Bool = false) throws(HistoryError) -> [Device] {
        var found: [Device] = []
        for id in catalog.deviceIDs {
            guard let device = try device(id), device.isActive || !activeOnly else { continue }
            found.append(device)
        }
        return found
    }

    /// A point as it was at a time, or is now; nil where it is not known.
    ///
    /// Label, unit and kind are those of the version in force then; before the first version, the
    /// first.
    public func point(
        _ address: PointAddress, at time: Timestamp? = nil
    ) throws(HistoryError) -> MonitoringPoint? {
        guard let known = catalog[address],
            let version = time.map({ known.version(at: $0) }) ?? known.current
        else { return nil }
        let stored = try storedPoint(address, at: time)
        return MonitoringPoint(
            address: address, pointName: stored?.nameless == true ? nil : version.name,
            description: stored?.description, unitCode: stored?.unit,
            unitSymbol: version.unit.isEmpty ? nil : version.unit, dataType: version.dataType,
            isActive: stored?.inactive != true,
            createdAt: stored.map { Timestamp(rawValue: $0.made) },
            updatedAt: stored.map { Timestamp(rawValue: $0.changed) })
    }

    func storedPoint(
        _ address: PointAddress, at time: Timestamp? = nil
    ) throws(HistoryError) -> StoredPoint? {
        try documents.value(
            DocumentKey.point(address), in: catalog, at: time, as: StoredPoint.self)
    }

    /// The points of a device, by kind and number.
    public func points(
        of device: DeviceID, activeOnly: Bool = false
    ) throws(HistoryError) -> [MonitoringPoint] {
        try require(device)
        return try monitoringPoints(catalog.points(of: device), activeOnly)
    }

    /// The points whose full name `device/point` fits a glob pattern.
    public func points(matching pattern: String) throws(HistoryError) -> [MonitoringPoint] {
        try monitoringPoints(catalog.points(matching: pattern), false)
    }

    private func monitoringPoints(
        _ points: [CatalogPoint], _ activeOnly: Bool
    ) throws(HistoryError) -> [MonitoringPoint] {
        var found: [MonitoringPoint] = []
        for item in points {
            guard let point = try point(item.address), point.isActive || !activeOnly else {
                continue
            }
            found.append(point)
        }
        return found
    }

    /// What is known of a point beyond its label, at a time or now.
    ///
    /// - Throws: code `unknownPoint`.
    public func profile(
        of address: PointAddress, at time: Timestamp? = nil
    ) throws(HistoryError) -> PointProfile {
        try require(address)
        return try storedPoint(address, at: time)?.profile?.profile ?? PointProfile()
    }

    // MARK: - Trend logs

    /// A trend log; nil where it is not known.
    ///
    /// When it was last collected is told by its points' newest samples, as far as they can be read.
    public func trendLog(_ id: TrendLogID) throws(HistoryError) -> TrendLog? {
        try storedLog(id).map { trendLog($0, id) }
    }

    private func trendLog(_ stored: StoredLog, _ id: TrendLogID) -> TrendLog {
        var log = stored.trendLog(id)
        for item in stored.items {
            // Who collects what must be known also where samples are damaged.
            guard let point = PointAddress(item.point),
                let newest = try? latestValue(of: point)?.time
            else { continue }
            log.lastCollected = max(newest, log.lastCollected ?? newest)
        }
        return log
    }

    func storedLog(_ id: TrendLogID) throws(HistoryError) -> StoredLog? {
        try documents.value(DocumentKey.log(id), in: catalog, as: StoredLog.self)
    }

    /// The trend logs of a device, or of all, by number.
    public func trendLogs(
        of device: DeviceID? = nil, activeOnly: Bool = false
    ) throws(HistoryError) -> [TrendLog] {
        if let device { try require(device) }
        var found: [TrendLog] = []
        for id in try logIDs {
            guard let stored = try storedLog(id),
                device.map({ $0.rawValue == stored.device }) ?? true,
                stored.inactive != true || !activeOnly
            else { continue }
            found.append(trendLog(stored, id))
        }
        return found
    }

    /// Numbers are given in turn, so that nobody has to look among the documents of all points.
    var logIDs: [TrendLogID] {
        get throws(HistoryError) {
            let settings = try documents.value(
                DocumentKey.settings, in: catalog, as: StoredSettings.self)
            return (1..<(settings ?? StoredSettings()).nextLog).map(TrendLogID.init(rawValue:))
        }
    }

    /// The points of a trend log, by slot.
    ///
    /// - Throws: code `unknownTrendLog`.
    public func items(of log: TrendLogID) throws(HistoryError) -> [TrendLogItem] {
        guard let stored = try storedLog(log) else { throw HistoryError.unknown(log) }
        return stored.items.compactMap { item in
            PointAddress(item.point).map {
                TrendLogItem(
                    trendLogID: log, point: $0, pointOrder: item.slot,
                    isActive: item.inactive != true, createdAt: Timestamp(rawValue: item.made))
            }
        }.sorted { $0.pointOrder < $1.pointOrder }
    }

    // MARK: - What must be known

    func require(_ device: DeviceID) throws(HistoryError) {
        guard try self.device(device) != nil || !catalog.points(of: device).isEmpty else {
            throw HistoryError(
                .unknownDevice, "device \(device.rawValue) is not known", parameter: "device")
        }
    }

    func require(_ address: PointAddress) throws(HistoryError) {
        guard catalog[address] != nil else { throw HistoryError.unknown(address) }
    }
}

extension StoredLog {
    func trendLog(_ id: TrendLogID) -> TrendLog {
        TrendLog(
            id: id, deviceID: DeviceID(device), trendLogName: name, interval: .milliseconds(ms),
            maxPoints: max, isActive: inactive != true,
            createdAt: Timestamp(rawValue: made), updatedAt: Timestamp(rawValue: changed))
    }
}

extension HistoryError {
    static func unknown(_ address: PointAddress) -> HistoryError {
        HistoryError(.unknownPoint, "point \(address) is not known", parameter: "point")
    }

    static func unknown(_ log: TrendLogID) -> HistoryError {
        HistoryError(
            .unknownTrendLog, "trend log \(log.rawValue) is not known", parameter: "trendLog")
    }
}
