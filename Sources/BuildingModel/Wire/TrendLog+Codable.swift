import TimeSeriesModel

extension TrendLog: Codable {
    private enum CodingKeys: String, CodingKey {
        case id
        case deviceID = "device_id"
        case trendLogName = "trend_log_name"
        case interval = "interval_seconds"
        // The parts in which panels keep an interval; read, never written.
        case hours = "hour_interval_time"
        case minutes = "minute_interval_time"
        case seconds = "second_interval_time"
        case maxPoints = "max_points"
        case isActive = "is_active"
        case lastCollected = "last_collected"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    /// `id` is not read: a log that comes as JSON is known by its device and name.
    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            deviceID: try fields.required(.deviceID) { try fields.identifier($0) },
            trendLogName: try fields.required(.trendLogName, fields.text),
            interval: try TrendLog.interval(fields),
            maxPoints: try fields.whole(.maxPoints) ?? TrendLog.defaultMaxPoints,
            isActive: try fields.flag(.isActive) ?? true,
            lastCollected: try fields.time(.lastCollected),
            createdAt: try fields.time(.createdAt), updatedAt: try fields.time(.updatedAt))
    }

    private static func interval(_ fields: WireReader<CodingKeys>) throws -> Duration? {
        if let seconds = try fields.whole(.interval, Int32.self) { return .seconds(seconds) }
        let parts = [
            try fields.whole(.hours, Int32.self), try fields.whole(.minutes, Int32.self),
            try fields.whole(.seconds, Int32.self),
        ]
        guard parts.contains(where: { $0 != nil }) else { return nil }
        return .seconds(zip(parts, [3600, 60, 1]).reduce(0) { $0 + Int64($1.0 ?? 0) * $1.1 })
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(id, .id)
        try fields.put(deviceID, .deviceID)
        try fields.put(trendLogName, .trendLogName)
        try fields.put(seconds: interval, .interval)
        try fields.put(maxPoints, .maxPoints)
        try fields.put(flag: isActive, .isActive)
        try fields.put(time: lastCollected, .lastCollected)
        try fields.put(time: createdAt, .createdAt)
        try fields.put(time: updatedAt, .updatedAt)
    }
}

extension TrendLogItem: Codable {
    private enum CodingKeys: String, CodingKey {
        case trendLogID = "trend_log_id"
        case point
        case pointOrder = "point_order"
        case isActive = "is_active"
        case createdAt = "created_at"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            trendLogID: try fields.required(.trendLogID) { try fields.identifier($0) },
            point: try fields.required(.point) {
                try fields.word($0, "an address like 1201:2:5")
            },
            pointOrder: try fields.required(.pointOrder) { try fields.whole($0) },
            isActive: try fields.flag(.isActive) ?? true, createdAt: try fields.time(.createdAt))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(trendLogID, .trendLogID)
        try fields.put(text: point, .point)
        try fields.put(pointOrder, .pointOrder)
        try fields.put(flag: isActive, .isActive)
        try fields.put(time: createdAt, .createdAt)
    }
}
