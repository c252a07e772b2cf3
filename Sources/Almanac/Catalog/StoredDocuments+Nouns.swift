import SegmentStore

extension Device {
    /// A device of which the catalog knows the name, and perhaps more.
    init(_ id: DeviceID, named name: String, _ stored: StoredDevice?) {
        self.init(
            deviceID: id, deviceName: name, deviceType: stored?.type ?? Device.defaultType,
            ipAddress: stored?.ip, port: stored?.port, isActive: stored?.inactive != true,
            lastSeen: stored?.seen.map(Timestamp.init(rawValue:)),
            createdAt: stored.map { Timestamp(rawValue: $0.made) },
            updatedAt: stored.map { Timestamp(rawValue: $0.changed) })
    }
}

extension MonitoringPoint {
    /// A point of which the catalog knows a version, and perhaps more.
    init(_ address: PointAddress, _ version: PointVersion, _ stored: StoredPoint?) {
        self.init(
            address: address, pointName: stored?.nameless == true ? nil : version.name,
            description: stored?.description, unitCode: stored?.unit,
            unitSymbol: version.unit.isEmpty ? nil : version.unit, dataType: version.dataType,
            isActive: stored?.inactive != true,
            createdAt: stored.map { Timestamp(rawValue: $0.made) },
            updatedAt: stored.map { Timestamp(rawValue: $0.changed) })
    }
}
