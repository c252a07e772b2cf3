import TimeSeriesModel

extension Device: Codable {
    private enum CodingKeys: String, CodingKey {
        case deviceID = "device_id"
        case deviceName = "device_name"
        case deviceType = "device_type"
        case ipAddress = "ip_address"
        case port
        case isActive = "is_active"
        case lastSeen = "last_seen"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            deviceID: try fields.required(.deviceID) { try fields.identifier($0) },
            deviceName: try fields.required(.deviceName, fields.text),
            deviceType: try fields.text(.deviceType) ?? Device.defaultType,
            ipAddress: try fields.text(.ipAddress), port: try fields.whole(.port),
            isActive: try fields.flag(.isActive) ?? true, lastSeen: try fields.time(.lastSeen),
            createdAt: try fields.time(.createdAt), updatedAt: try fields.time(.updatedAt))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(deviceID, .deviceID)
        try fields.put(deviceName, .deviceName)
        try fields.put(deviceType, .deviceType)
        try fields.put(ipAddress, .ipAddress)
        try fields.put(port, .port)
        try fields.put(flag: isActive, .isActive)
        try fields.put(time: lastSeen, .lastSeen)
        try fields.put(time: createdAt, .createdAt)
        try fields.put(time: updatedAt, .updatedAt)
    }
}

extension MonitoringPoint: Codable {
    private enum CodingKeys: String, CodingKey {
        case pointName = "point_name"
        case description
        case unitCode = "unit_code"
        case unitSymbol = "unit_symbol"
        case dataType = "data_type"
        case isActive = "is_active"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            address: try AddressKey.address(of: decoder), pointName: try fields.text(.pointName),
            description: try fields.text(.description), unitCode: try fields.whole(.unitCode),
            unitSymbol: try fields.text(.unitSymbol),
            dataType: try fields.required(.dataType) { try fields.choice($0) },
            isActive: try fields.flag(.isActive) ?? true,
            createdAt: try fields.time(.createdAt), updatedAt: try fields.time(.updatedAt))
    }

    public func encode(to encoder: any Encoder) throws {
        try AddressKey.write(address, to: encoder)
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(pointName, .pointName)
        try fields.put(description, .description)
        try fields.put(unitCode, .unitCode)
        try fields.put(unitSymbol, .unitSymbol)
        try fields.put(dataType, .dataType)
        try fields.put(flag: isActive, .isActive)
        try fields.put(time: createdAt, .createdAt)
        try fields.put(time: updatedAt, .updatedAt)
    }
}
