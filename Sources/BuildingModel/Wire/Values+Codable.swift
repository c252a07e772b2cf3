import TimeSeriesModel

extension RealtimeValue: Codable {
    private enum CodingKeys: String, CodingKey {
        case value, timestamp, quality
        case dataType = "data_type"
        case unitCode = "unit_code"
        case isFresh = "is_fresh"
        case timeToLive = "cache_duration"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    /// `is_fresh` is not read: it follows from time and duration.
    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            point: try AddressKey.address(of: decoder),
            value: try fields.required(.value, fields.number),
            quality: try fields.quality(.quality) ?? .good,
            timestamp: try fields.required(.timestamp, fields.time),
            dataType: try fields.required(.dataType) { try fields.choice($0) },
            unitCode: try fields.whole(.unitCode),
            timeToLive: try fields.whole(.timeToLive, Int32.self).map { .seconds($0) }
                ?? RealtimeValue.defaultTimeToLive,
            createdAt: try fields.time(.createdAt), updatedAt: try fields.time(.updatedAt))
    }

    /// `is_fresh` is 1 if the value was within its time to live when the cache returned it.
    public func encode(to encoder: any Encoder) throws {
        try AddressKey.write(point, to: encoder)
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(value, .value)
        try fields.put(text: quality, .quality)
        try fields.put(time: timestamp, .timestamp)
        try fields.put(dataType, .dataType)
        try fields.put(unitCode, .unitCode)
        try fields.put(flag: leastAge <= timeToLive, .isFresh)
        try fields.put(seconds: timeToLive, .timeToLive)
        try fields.put(time: createdAt, .createdAt)
        try fields.put(time: updatedAt, .updatedAt)
    }
}

extension PointSample: Codable {
    private enum CodingKeys: String, CodingKey {
        case value, timestamp, quality
        case trendLogID = "trend_log_id"
        case intervalSeconds = "interval_seconds"
        case dataQuality = "data_quality"
    }

    /// Without `quality`, `data_quality` 0 is read as uncertain and anything else as good.
    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        let isGood = try fields.flag(.dataQuality) ?? true
        self.init(
            point: try AddressKey.address(of: decoder),
            value: try fields.required(.value, fields.number),
            at: try fields.required(.timestamp, fields.time),
            quality: try fields.quality(.quality) ?? (isGood ? .good : .uncertain),
            trendLogID: try fields.identifier(.trendLogID),
            intervalSeconds: try fields.whole(.intervalSeconds))
        if let seconds = intervalSeconds, seconds < 0 {
            throw fields.fault(.intervalSeconds, "\(seconds) found, 0 or more expected")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        try AddressKey.write(point, to: encoder)
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(trendLogID, .trendLogID)
        try fields.put(value, .value)
        try fields.put(time: timestamp, .timestamp)
        try fields.put(intervalSeconds ?? 0, .intervalSeconds)
        try fields.put(flag: quality.qualityClass == .good, .dataQuality)
        try fields.put(text: quality, .quality)
    }
}

extension DataPoint: Codable {
    private enum CodingKeys: String, CodingKey {
        case value, timestamp, quality
        case dataType = "data_type"
        case unitCode = "unit_code"
        case unitSymbol = "unit_symbol"
        case isFresh = "is_fresh"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            point: try AddressKey.address(of: decoder),
            value: try fields.required(.value, fields.number),
            quality: try fields.quality(.quality) ?? .good,
            timestamp: try fields.required(.timestamp, fields.time),
            dataType: try fields.required(.dataType) { try fields.choice($0) },
            unitCode: try fields.whole(.unitCode), unitSymbol: try fields.text(.unitSymbol),
            isFresh: try fields.required(.isFresh, fields.flag))
    }

    public func encode(to encoder: any Encoder) throws {
        try AddressKey.write(point, to: encoder)
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(value, .value)
        try fields.put(text: quality, .quality)
        try fields.put(time: timestamp, .timestamp)
        try fields.put(dataType, .dataType)
        try fields.put(unitCode, .unitCode)
        try fields.put(unitSymbol, .unitSymbol)
        try fields.put(isFresh, .isFresh)
    }
}

extension WireReader {
    /// Class and flags, as `bad+fault`.
    func quality(_ key: Key) throws -> Quality? {
        try word(key, "a quality like good or bad+fault")
    }
}
