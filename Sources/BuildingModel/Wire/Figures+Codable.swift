import TimeSeriesModel

extension Statistics: Codable {
    private enum CodingKeys: String, CodingKey {
        case count, min, max, avg
        case firstTimestamp = "first_timestamp"
        case lastTimestamp = "last_timestamp"
    }

    /// The fields that JSON does not have, as the first value, are missing; the sum is that of the
    /// mean.
    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        let count: Int = try fields.required(.count) { try fields.whole($0) }
        let mean = try fields.number(.avg)
        self.init(
            count: count, min: try fields.number(.min), max: try fields.number(.max), avg: mean,
            sum: (mean ?? 0) * Double(count), firstTimestamp: try fields.time(.firstTimestamp),
            lastTimestamp: try fields.time(.lastTimestamp))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(count, .count)
        try fields.put(min, .min)
        try fields.put(max, .max)
        try fields.put(avg, .avg)
        try fields.put(time: firstTimestamp, .firstTimestamp)
        try fields.put(time: lastTimestamp, .lastTimestamp)
    }
}

extension CacheStats: Codable {
    private enum CodingKeys: String, CodingKey {
        case totalPoints = "total_points"
        case freshPoints = "fresh_points"
        case stalePoints = "stale_points"
        case cacheHitRate = "cache_hit_rate"
        case cacheHitCount = "cache_hit_count"
        case cacheMissCount = "cache_miss_count"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            totalPoints: try fields.required(.totalPoints) { try fields.whole($0) },
            freshPoints: try fields.required(.freshPoints) { try fields.whole($0) },
            cacheHitCount: try fields.whole(.cacheHitCount) ?? 0,
            cacheMissCount: try fields.whole(.cacheMissCount) ?? 0)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(totalPoints, .totalPoints)
        try fields.put(freshPoints, .freshPoints)
        try fields.put(stalePoints, .stalePoints)
        try fields.put(cacheHitRate, .cacheHitRate)
        try fields.put(cacheHitCount, .cacheHitCount)
        try fields.put(cacheMissCount, .cacheMissCount)
    }
}
