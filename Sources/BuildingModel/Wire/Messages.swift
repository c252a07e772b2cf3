public import TimeSeriesModel

/// The cached values of a device, as a service returns them.
public struct DeviceDataResponse: Hashable, Sendable, Codable {
    public var deviceID: DeviceID
    public var points: [DataPoint]
    /// When the newest of the points was updated; nil without points.
    public var lastUpdated: Timestamp?
    public var cacheStats: CacheStats

    private enum CodingKeys: String, CodingKey {
        case points
        case deviceID = "device_id"
        case lastUpdated = "last_updated"
        case cacheStats = "cache_stats"
    }

    public init(
        deviceID: DeviceID, points: [DataPoint], lastUpdated: Timestamp?, cacheStats: CacheStats
    ) {
        self.deviceID = deviceID
        self.points = points
        self.lastUpdated = lastUpdated
        self.cacheStats = cacheStats
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            deviceID: try fields.required(.deviceID) { try fields.identifier($0) },
            points: try fields.required(.points) { try fields.nested($0) },
            lastUpdated: try fields.time(.lastUpdated),
            cacheStats: try fields.required(.cacheStats) { try fields.nested($0) })
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(deviceID, .deviceID)
        try fields.put(points, .points)
        try fields.put(time: lastUpdated, .lastUpdated)
        try fields.put(cacheStats, .cacheStats)
    }
}

/// New current values of a device, as a caller sends them.
public struct DeviceDataBatch: Hashable, Sendable, Codable {
    /// A value of which only point and number have to be stated.
    public struct Value: Hashable, Sendable {
        public var point: PointAddress
        public var value: Double
        public var quality: Quality
        /// Nil for the time at which the batch arrives.
        public var timestamp: Timestamp?
        /// Nil for that of the point.
        public var dataType: DataType?
        public var unitCode: UInt16?
        public var timeToLive: Duration?

        public init(
            point: PointAddress, value: Double, quality: Quality = .good,
            timestamp: Timestamp? = nil, dataType: DataType? = nil, unitCode: UInt16? = nil,
            timeToLive: Duration? = nil
        ) {
            self.point = point
            self.value = value
            self.quality = quality
            self.timestamp = timestamp
            self.dataType = dataType
            self.unitCode = unitCode
            self.timeToLive = timeToLive
        }

        /// The value for a cache; a field that was not stated comes from the point and the clock.
        public func realtimeValue(of known: MonitoringPoint, at now: Timestamp) -> RealtimeValue {
            RealtimeValue(
                point: point, value: value, quality: quality, timestamp: timestamp ?? now,
                dataType: dataType ?? known.dataType, unitCode: unitCode ?? known.unitCode,
                timeToLive: timeToLive ?? RealtimeValue.defaultTimeToLive)
        }
    }

    public var deviceID: DeviceID
    public var dataPoints: [Value]
    /// The time of values that state none; nil for the time at which the batch arrives.
    public var updateTimestamp: Timestamp?

    private enum CodingKeys: String, CodingKey {
        case deviceID = "device_id"
        case dataPoints = "data_points"
        case updateTimestamp = "update_timestamp"
    }

    public init(deviceID: DeviceID, dataPoints: [Value], updateTimestamp: Timestamp? = nil) {
        self.deviceID = deviceID
        self.dataPoints = dataPoints
        self.updateTimestamp = updateTimestamp
    }

    /// The device of a value is that of the batch; one that names another is an error.
    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        let device: DeviceID = try fields.required(.deviceID) { try fields.identifier($0) }
        let time = try fields.time(.updateTimestamp)
        var values: [Value] = []
        for element in try fields.elements(.dataPoints) {
            var value = try Value(from: element, on: device)
            value.timestamp = value.timestamp ?? time
            values.append(value)
        }
        self.init(deviceID: device, dataPoints: values, updateTimestamp: time)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(deviceID, .deviceID)
        try fields.put(dataPoints, .dataPoints)
        try fields.put(time: updateTimestamp, .updateTimestamp)
    }
}

extension DeviceDataBatch.Value: Codable {
    private enum CodingKeys: String, CodingKey {
        case value, timestamp, quality
        case dataType = "data_type"
        case unitCode = "unit_code"
        case timeToLive = "cache_duration"
    }

    public init(from decoder: any Decoder) throws { try self.init(from: decoder, on: nil) }

    fileprivate init(from decoder: any Decoder, on device: DeviceID?) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            point: try AddressKey.address(of: decoder, on: device),
            value: try fields.required(.value, fields.number),
            quality: try fields.quality(.quality) ?? .good,
            timestamp: try fields.time(.timestamp), dataType: try fields.choice(.dataType),
            unitCode: try fields.whole(.unitCode),
            timeToLive: try fields.whole(.timeToLive, Int32.self).map { .seconds($0) })
    }

    public func encode(to encoder: any Encoder) throws {
        try AddressKey.write(point, to: encoder)
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(value, .value)
        try fields.put(text: quality, .quality)
        try fields.put(time: timestamp, .timestamp)
        try fields.put(dataType, .dataType)
        try fields.put(unitCode, .unitCode)
        try fields.put(seconds: timeToLive, .timeToLive)
    }
}

/// The history of a point, as a service returns it.
public struct TimeSeriesResponse: Hashable, Sendable, Codable {
    public var point: PointAddress
    /// Samples of the range.
    public var totalPoints: Int
    /// Whether ``data`` ends before the range does.
    public var truncated: Bool
    public var startTime: Timestamp
    public var endTime: Timestamp
    /// Of a bucket; 0 for samples as they were stored.
    public var intervalSeconds: Int
    /// The segments that the answer was read from.
    public var sourceTables: [String]
    public var deviceInfo: Device?
    public var pointInfo: MonitoringPoint?
    public var data: [PointSample]

    /// Samples returned.
    public var count: Int { data.count }

    private enum CodingKeys: String, CodingKey {
        case count, truncated, data
        case totalPoints = "total_points"
        case startTime = "start_time"
        case endTime = "end_time"
        case intervalSeconds = "interval_seconds"
        case sourceTables = "source_tables"
        case deviceInfo = "device_info"
        case pointInfo = "point_info"
    }

    public init(
        point: PointAddress, totalPoints: Int, truncated: Bool, startTime: Timestamp,
        endTime: Timestamp, intervalSeconds: Int = 0, sourceTables: [String] = [],
        deviceInfo: Device? = nil, pointInfo: MonitoringPoint? = nil, data: [PointSample]
    ) {
        self.point = point
        self.totalPoints = totalPoints
        self.truncated = truncated
        self.startTime = startTime
        self.endTime = endTime
        self.intervalSeconds = intervalSeconds
        self.sourceTables = sourceTables
        self.deviceInfo = deviceInfo
        self.pointInfo = pointInfo
        self.data = data
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            point: try AddressKey.address(of: decoder),
            totalPoints: try fields.required(.totalPoints) { try fields.whole($0) },
            truncated: try fields.required(.truncated, fields.flag),
            startTime: try fields.required(.startTime, fields.time),
            endTime: try fields.required(.endTime, fields.time),
            intervalSeconds: try fields.whole(.intervalSeconds) ?? 0,
            sourceTables: try fields.nested(.sourceTables) ?? [],
            deviceInfo: try fields.nested(.deviceInfo), pointInfo: try fields.nested(.pointInfo),
            data: try fields.required(.data) { try fields.nested($0) })
    }

    public func encode(to encoder: any Encoder) throws {
        try AddressKey.write(point, to: encoder)
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(totalPoints, .totalPoints)
        try fields.put(count, .count)
        try fields.put(truncated, .truncated)
        try fields.put(time: startTime, .startTime)
        try fields.put(time: endTime, .endTime)
        try fields.put(intervalSeconds, .intervalSeconds)
        try fields.put(sourceTables, .sourceTables)
        try fields.put(deviceInfo, .deviceInfo)
        try fields.put(pointInfo, .pointInfo)
        try fields.put(data, .data)
    }
}

/// The envelope of every answer of the eight routes.
public struct APIResponse<Value: Codable & Sendable>: Sendable, Codable {
    /// Where the data come from.
    public enum Source: String, Hashable, Sendable, Codable, CaseIterable {
        case cache
        /// A live read of a device, whatever its make.
        case t3000
        case database, updated, stored, error
    }

    public var success: Bool
    public var data: Value?
    /// A sentence that names the field, if ``success`` is false.
    public var error: String?
    public var timestamp: Timestamp
    public var source: Source

    private enum CodingKeys: String, CodingKey { case success, data, error, timestamp, source }

    public init(_ data: Value, from source: Source, at timestamp: Timestamp) {
        success = true
        self.data = data
        self.timestamp = timestamp
        self.source = source
    }

    public init(error: String, at timestamp: Timestamp) {
        success = false
        self.error = error
        self.timestamp = timestamp
        source = .error
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        success = try fields.required(.success, fields.flag)
        data = try fields.nested(.data)
        error = try fields.text(.error)
        timestamp = try fields.required(.timestamp, fields.time)
        source = try fields.required(.source) { try fields.choice($0) }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(success, .success)
        try fields.put(data, .data)
        try fields.put(error, .error)
        try fields.put(time: timestamp, .timestamp)
        try fields.put(source, .source)
    }
}

extension APIResponse: Equatable where Value: Equatable {}
extension APIResponse: Hashable where Value: Hashable {}
