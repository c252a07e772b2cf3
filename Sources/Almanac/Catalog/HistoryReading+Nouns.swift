import SegmentStore

extension HistoryReading {
    /// Returns a device; nil if it is not known.
    ///
    /// It was last seen when the caller noted it, or at the time of the newest sample of its points,
    /// whichever is later. The first read of a point's newest sample touches the disk.
    public func device(_ id: DeviceID) throws(HistoryError) -> Device? {
        try read { (view) throws(HistoryError) in
            try view.storedDevice(id).map { view.seen($0, view.marks) }
        }
    }

    /// Returns all devices, by number.
    public func devices(activeOnly: Bool = false) throws(HistoryError) -> [Device] {
        try read { (view) throws(HistoryError) in
            let marks = view.marks
            return try view.storedDevices(activeOnly: activeOnly).map { view.seen($0, marks) }
        }
    }

    /// Returns a point as it was at a time, or is now; nil if it is not known.
    ///
    /// Label, unit and kind are those of the version in force then; before the first version, the
    /// first.
    public func point(
        _ address: PointAddress, at time: Timestamp? = nil
    ) throws(HistoryError) -> MonitoringPoint? {
        try read { (view) throws(HistoryError) in
            guard let known = view.catalog[address],
                let version = time.map({ known.version(at: $0) }) ?? known.current
            else { return nil }
            return MonitoringPoint(address, version, try view.storedPoint(address, at: time))
        }
    }

    /// Returns the points of a device, by kind and number.
    ///
    /// - Throws: `unknownDevice`.
    public func points(
        of device: DeviceID, activeOnly: Bool = false
    ) throws(HistoryError) -> [MonitoringPoint] {
        try read { (view) throws(HistoryError) in
            try view.require(device)
            return try view.monitoringPoints(view.catalog.points(of: device), activeOnly)
        }
    }

    /// Returns the points of a device that are collected, by kind and number.
    ///
    /// - Throws: `unknownDevice`.
    public func activePoints(of device: DeviceID) throws(HistoryError) -> [MonitoringPoint] {
        try points(of: device, activeOnly: true)
    }

    /// Returns the points whose full name `device/point` matches a glob pattern.
    public func points(matching pattern: String) throws(HistoryError) -> [MonitoringPoint] {
        try read { (view) throws(HistoryError) in
            try view.monitoringPoints(view.catalog.points(matching: pattern), false)
        }
    }

    /// Returns the points with a full name `device/point`, which several may share, by address.
    public func points(named name: String) throws(HistoryError) -> [MonitoringPoint] {
        try read { (view) throws(HistoryError) in
            try view.monitoringPoints(
                view.catalog.addresses(named: name).compactMap { view.catalog[$0] }, false)
        }
    }

    /// Returns the full name `device/point` of a point, or its address if it has none.
    public func fullName(of point: PointAddress) -> String {
        let name = try? read { (view) throws(HistoryError) in view.catalog.fullName(of: point) }
        return name ?? point.description
    }

    /// Returns what is known of a point beyond its label, at a time or now.
    ///
    /// - Throws: `unknownPoint`.
    public func profile(
        of address: PointAddress, at time: Timestamp? = nil
    ) throws(HistoryError) -> PointProfile {
        try read { (view) throws(HistoryError) in
            try view.require(address)
            return try view.storedPoint(address, at: time)?.profile?.profile ?? PointProfile()
        }
    }
}

extension HistorySnapshot {
    /// Returns a device without a look at its samples: it was last seen when that was written last.
    func storedDevice(_ id: DeviceID) throws(HistoryError) -> Device? {
        let stored = try documents.value(
            DocumentKey.device(id), in: catalog, as: StoredDevice.self)
        guard let name = catalog.name(of: id) ?? stored.map({ _ in String(id.rawValue) }) else {
            return nil
        }
        return Device(id, named: name, stored)
    }

    /// Returns all devices without a look at their samples, by number.
    func storedDevices(activeOnly: Bool) throws(HistoryError) -> [Device] {
        var found: [Device] = []
        for id in catalog.deviceIDs {
            guard let device = try storedDevice(id), device.isActive || !activeOnly else {
                continue
            }
            found.append(device)
        }
        return found
    }

    func storedPoint(
        _ address: PointAddress, at time: Timestamp? = nil
    ) throws(HistoryError) -> StoredPoint? {
        try documents.value(
            DocumentKey.point(address), in: catalog, at: time, as: StoredPoint.self)
    }

    /// Returns a point as it is now, for a caller that does not come back to it: its parsed document is
    /// not kept, which for 100,000 points would take 36 MB.
    func pointReadOnce(_ item: CatalogPoint) throws(HistoryError) -> MonitoringPoint? {
        guard let version = item.current else { return nil }
        let stored = try documents.value(
            DocumentKey.point(item.address), in: catalog, as: StoredPoint.self, isKept: false)
        return MonitoringPoint(item.address, version, stored)
    }

    fileprivate func monitoringPoints(
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

    /// - Throws: `unknownDevice` for a device without a description and without points.
    package func require(_ device: DeviceID) throws(HistoryError) {
        guard try storedDevice(device) != nil || !catalog.points(of: device).isEmpty else {
            throw HistoryError(
                .unknownDevice, "device \(device.rawValue) is not known", parameter: "device")
        }
    }

    func require(_ address: PointAddress) throws(HistoryError) {
        guard catalog[address] != nil else { throw HistoryError.unknown(address) }
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

extension HistorySnapshot {
    /// A device with the time at which it was last seen.
    fileprivate func seen(_ device: Device, _ marks: RecentMarks.Marks) -> Device {
        var device = marks.applied(to: device)
        let now = now
        for point in catalog.points(of: device.deviceID) {
            // A damaged sample, or one from the future, does not show when its device was seen.
            guard let newest = try? latestValue(of: point.address)?.time, newest <= now else {
                continue
            }
            device.lastSeen = max(newest, device.lastSeen ?? newest)
        }
        return device
    }
}
