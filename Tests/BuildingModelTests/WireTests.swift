import BuildingModel
import Foundation
import Testing
import TimeSeriesModel

// No noun could be read from JSON or written to it, and several fields of the interface did not exist.
@Suite("Nouns as JSON") struct WireTests {
    private let supply = PointAddress(device: 1201, type: .input, number: 5)
    private let made = Timestamp("2026-03-01T00:00:00Z")!

    private func decode<Value: Decodable>(_ text: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    private func object(_ value: some Encodable) throws -> [String: Any] {
        let data = try JSONEncoder().encode(value)
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func roundTrip<Value: Codable & Equatable>(
        _ value: Value, _ keys: Set<String>, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(Set(try object(value).keys) == keys, sourceLocation: sourceLocation)
        let data = try JSONEncoder().encode(value)
        #expect(
            try JSONDecoder().decode(Value.self, from: data) == value,
            sourceLocation: sourceLocation)
    }

    /// The error of a text that is no such noun.
    private func fault<Value: Decodable>(_ text: String, as type: Value.Type) -> String? {
        do {
            _ = try decode(text, as: type)
            return nil
        } catch DecodingError.dataCorrupted(let context) {
            return context.debugDescription
        } catch { return "\(error)" }
    }

    @Test("come back as they were, with the names of the interface")
    func roundTrips() throws {
        let point = ["device_id", "point_type", "point_number"]
        try roundTrip(
            Device(
                deviceID: 1201, deviceName: "AHU1", ipAddress: "10.0.0.4", port: 47808,
                isActive: false, lastSeen: made, createdAt: made, updatedAt: made),
            [
                "device_id", "device_name", "device_type", "ip_address", "port", "is_active",
                "last_seen", "created_at", "updated_at",
            ])
        try roundTrip(
            MonitoringPoint(
                address: supply, pointName: "Supply", unitCode: 62, unitSymbol: "°C",
                dataType: .multistate, createdAt: made),
            Set(
                point + [
                    "point_name", "description", "unit_code", "unit_symbol", "data_type",
                    "is_active", "created_at", "updated_at",
                ]))
        try roundTrip(
            TrendLog(deviceID: 1201, trendLogName: "L", interval: .seconds(60), maxPoints: 5),
            [
                "id", "device_id", "trend_log_name", "interval_seconds", "max_points", "is_active",
                "last_collected", "created_at", "updated_at",
            ])
        try roundTrip(
            TrendLogItem(
                trendLogID: TrendLogID(rawValue: 3), point: supply, pointOrder: 13, createdAt: made),
            ["trend_log_id", "point", "point_order", "is_active", "created_at"])
        try roundTrip(
            RealtimeValue(
                point: supply, value: -0.25, quality: .alarm, timestamp: made, dataType: .analog,
                timeToLive: .seconds(30)),
            Set(
                point + [
                    "value", "quality", "timestamp", "data_type", "unit_code", "is_fresh",
                    "cache_duration", "created_at", "updated_at",
                ]))
        try roundTrip(
            PointSample(
                point: supply, value: 21.5, at: made, quality: .fault,
                trendLogID: TrendLogID(rawValue: 1), intervalSeconds: 900),
            Set(
                point + [
                    "trend_log_id", "value", "timestamp", "interval_seconds", "data_quality",
                    "quality",
                ]))
        let data = DataPoint(
            point: supply, value: 1, timestamp: made, dataType: .digital, unitSymbol: "%",
            isFresh: true)
        try roundTrip(
            data,
            Set(
                point + [
                    "value", "quality", "timestamp", "data_type", "unit_code", "unit_symbol",
                    "is_fresh",
                ]))
        let stats = CacheStats(totalPoints: 4, freshPoints: 3, cacheHitCount: 1, cacheMissCount: 3)
        try roundTrip(
            stats,
            [
                "total_points", "fresh_points", "stale_points", "cache_hit_rate",
                "cache_hit_count", "cache_miss_count",
            ])
        try roundTrip(
            DeviceDataResponse(
                deviceID: 1201, points: [data], lastUpdated: made, cacheStats: stats),
            ["device_id", "points", "last_updated", "cache_stats"])
        try roundTrip(
            DeviceDataBatch(
                deviceID: 1201,
                dataPoints: [.init(point: supply, value: 1, timestamp: made)],
                updateTimestamp: made),
            ["device_id", "data_points", "update_timestamp"])
        let series = TimeSeriesResponse(
            point: supply, totalPoints: 2, truncated: true, startTime: made, endTime: made,
            sourceTables: ["2026"], deviceInfo: Device(deviceID: 1201, deviceName: "AHU1"),
            data: [PointSample(point: supply, value: 1, at: made, intervalSeconds: 0)])
        try roundTrip(
            series,
            Set(
                point + [
                    "total_points", "count", "truncated", "start_time", "end_time",
                    "interval_seconds", "source_tables", "device_info", "point_info", "data",
                ]))
        let envelope: Set = ["success", "data", "error", "timestamp", "source"]
        try roundTrip(APIResponse(series, from: .database, at: made), envelope)
        try roundTrip(APIResponse<[Device]>(error: "limit: 0 found", at: made), envelope)
    }

    @Test("of the journal come back as they were, to the millisecond")
    func journal() throws {
        let time = made + .milliseconds(7)
        try roundTrip(
            Event(at: time, .warning, kind: "k", subject: "s", "m", fields: ["a": "1"]),
            ["time", "level", "kind", "subject", "message", "fields"])
        try roundTrip(
            AuditEntry(
                at: time, operation: "o", by: Author(userID: "u", source: "api"), point: supply,
                oldValue: "1", newValue: "2"),
            [
                "timestamp", "operation", "user_id", "device_id", "point_type", "point_number",
                "old_value", "new_value", "source",
            ])
        try roundTrip(
            Gap(
                point: supply, range: TimeRange(from: time, to: time + .seconds(1))!,
                reason: .diskFull),
            ["point", "from", "to", "reason", "detail"])
        try roundTrip(
            PointProfile(
                rangeCode: 1, decimals: 2, historyMode: .totalizer, modulus: 1e6, low: 0, high: 9,
                stateTexts: ["a", "b"], timeZone: "Europe/Zurich",
                binding: PointBinding(
                    object: "analog-input:1", mode: .both, interval: .seconds(60))),
            [
                "range_code", "decimals", "history_mode", "modulus", "low", "high", "state_texts",
                "time_zone", "binding",
            ])
        try roundTrip(
            Statistics(
                count: 2, min: 1, max: 3, avg: 2, sum: 4, firstTimestamp: made, lastTimestamp: made),
            ["count", "min", "max", "avg", "first_timestamp", "last_timestamp"])
        try roundTrip(Sample(time: time, value: 1, quality: .bad), ["unix_ms", "value", "quality"])
        try roundTrip(TimeRange(from: made, to: time)!, ["from", "to"])
    }

    @Test("are written with numbers as numbers, seconds, 1 or 0, and null for what is missing")
    func form() throws {
        let device = try object(
            Device(deviceID: 1201, deviceName: "AHU1", createdAt: made + .milliseconds(1999)))
        #expect(device["device_id"] as? Int == 1201)
        #expect(device["created_at"] as? Int == 1_772_323_201)
        #expect(device["is_active"] as? Int == 1)
        #expect(device["port"] is NSNull && device["last_seen"] is NSNull)
        let sample = try object(PointSample(point: supply, value: 1, at: made, quality: .stale))
        #expect(sample["data_quality"] as? Int == 0 && sample["interval_seconds"] as? Int == 0)
        #expect(sample["quality"] as? String == "uncertain+stale")
        let text = String(
            decoding: try JSONEncoder().encode(
                DataPoint(
                    point: supply, value: 72.3, timestamp: made, dataType: .analog, isFresh: false)),
            as: UTF8.self)
        #expect(text.contains(#""is_fresh":false"#) && text.contains(#""value":72.3"#))
        let before = Timestamp(milliseconds: -1)
        #expect(
            try object(PointSample(point: supply, value: 1, at: before))["timestamp"] as? Int == -1)
        #expect(
            String(decoding: try JSONEncoder().encode([DeviceID(7)]), as: UTF8.self) == "[7]")
        #expect(
            String(decoding: try JSONEncoder().encode([PointType.input]), as: UTF8.self) == "[2]")
        #expect(
            String(decoding: try JSONEncoder().encode([supply]), as: UTF8.self)
                == #"["1201:2:5"]"#)
    }

    @Test("are read with numbers as texts, true and false, decimals of seconds and unknown fields")
    func lenience() throws {
        let device = try decode(
            #"{"device_id":"1201","device_name":"AHU1","port":"47808","is_active":false,"#
                + #""last_seen":"1772323200.5","created_at":null,"id":5,"colour":[1,{}]}"#,
            as: Device.self)
        #expect(device.deviceID == 1201 && device.port == 47808 && !device.isActive)
        #expect(device.lastSeen == made + .milliseconds(500) && device.createdAt == nil)
        #expect(device.deviceType == "T3-BB")
        for (text, isActive) in [("1", true), ("0", false), ("true", true), (#""0""#, false)] {
            let log = try decode(
                #"{"device_id":1,"trend_log_name":"L","is_active":\#(text),"id":"x"}"#,
                as: TrendLog.self)
            #expect(log.isActive == isActive && log.id == nil && log.maxPoints == 1000)
        }
        let sample = try decode(
            #"{"device_id":1,"point_type":"2","point_number":3,"value":"-1.5e1","#
                + #""timestamp":1772323200.25,"data_quality":0}"#, as: PointSample.self)
        #expect(sample.value == -15 && sample.quality == .uncertain)
        #expect(sample.timestamp == made + .milliseconds(250))
        let good = try decode(
            #"{"device_id":1,"point_type":2,"point_number":3,"value":1,"timestamp":0}"#,
            as: PointSample.self)
        #expect(good.quality == .good && good.intervalSeconds == nil)
    }

    @Test(
        "state the interval of a log in seconds or in parts",
        arguments: [
            (#""interval_seconds":"300""#, 300), (#""minute_interval_time":15"#, 900),
            (#""hour_interval_time":1,"minute_interval_time":1,"second_interval_time":"1""#, 3661),
            (#""interval_seconds":60,"hour_interval_time":1"#, 60), (#""x":1"#, 900),
        ])
    func intervals(fields: String, seconds: Int) throws {
        let log = try decode(
            #"{"device_id":1,"trend_log_name":"L",\#(fields)}"#, as: TrendLog.self)
        #expect(log.interval == .seconds(seconds))
        #expect((log.statedInterval == nil) == fields.contains("x"))
    }

    @Test(
        "are refused by the name of the field",
        arguments: [
            (#"{"device_name":"A"}"#, "device_id: is missing"),
            (#"{"device_id":null,"device_name":"A"}"#, "device_id: is missing"),
            (#"{"device_id":-1,"device_name":"A"}"#, "device_id: a whole number"),
            (#"{"device_id":1.5,"device_name":"A"}"#, "device_id: a whole number"),
            (#"{"device_id":"abc","device_name":"A"}"#, #"device_id: "abc" found"#),
            (#"{"device_id":4294967296,"device_name":"A"}"#, "device_id: a whole number"),
            (#"{"device_id":1,"device_name":7}"#, "device_name: a text was expected"),
            (#"{"device_id":1,"device_name":"A","port":65536}"#, "port: a whole number"),
            (#"{"device_id":1,"device_name":"A","is_active":2}"#, "is_active: 1, 0, true or false"),
            (#"{"device_id":1,"device_name":"A","last_seen":"noon"}"#, "last_seen: Unix seconds"),
            (#"{"device_id":1,"device_name":"A","last_seen":1e300}"#, "last_seen: Unix seconds"),
            (#"{"device_id":1,"device_name":"A","created_at":[]}"#, "created_at: Unix seconds"),
        ])
    func faults(text: String, message: String) {
        #expect(fault(text, as: Device.self)?.hasPrefix(message) == true)
    }

    @Test(
        "name the field of a sample that is wrong",
        arguments: [
            (#""value":"abc""#, #"value: "abc" found"#), (#""value":null"#, "value: is missing"),
            (#""value":true"#, "value: a number was expected"),
            (#""value":"nan""#, #"value: "nan" found"#), (#""value":"0x10""#, "value: "),
            (#""value":"1e999""#, "value: a finite number"),
            (#""value":1,"point_number":0"#, "point_number: 0 found"),
            (#""value":1,"point_type":70000"#, "point_type: a whole number"),
            (#""value":1,"quality":"fine""#, #"quality: "fine" found"#),
            (#""value":1,"interval_seconds":-1"#, "interval_seconds: -1 found"),
            (#""value":1,"trend_log_id":"L""#, #"trend_log_id: "L" found"#),
        ])
    func sampleFaults(fields: String, message: String) {
        var parts = [fields, #""timestamp":0"#, #""device_id":1"#]
        if !fields.contains("point_type") { parts.append(#""point_type":2"#) }
        if !fields.contains("point_number") { parts.append(#""point_number":3"#) }
        let text = "{" + parts.joined(separator: ",") + "}"
        #expect(fault(text, as: PointSample.self)?.hasPrefix(message) == true)
    }

    @Test("of a batch need point, number and value, and take the rest from batch, point and clock")
    func batches() throws {
        let batch = try decode(
            #"{"device_id":1201,"data_points":[{"point_type":2,"point_number":5,"value":"21.5"},"#
                + #"{"point_type":1,"point_number":1,"value":1,"timestamp":5,"device_id":1201}]}"#,
            as: DeviceDataBatch.self)
        #expect(batch.dataPoints.map(\.value) == [21.5, 1] && batch.updateTimestamp == nil)
        #expect(batch.dataPoints[0].point == supply && batch.dataPoints[0].timestamp == nil)
        let known = MonitoringPoint(address: supply, unitCode: 62, dataType: .digital)
        let value = batch.dataPoints[0].realtimeValue(of: known, at: made)
        #expect(value.timestamp == made && value.dataType == .digital && value.unitCode == 62)
        let stamped = try decode(
            #"{"device_id":1,"data_points":[{"point_type":2,"point_number":5,"value":1}],"#
                + #""update_timestamp":60}"#, as: DeviceDataBatch.self)
        #expect(stamped.dataPoints[0].timestamp == Timestamp(seconds: 60))
        for (points, message) in [
            (#"[{"point_type":2,"point_number":1}]"#, "value: is missing"),
            (#"[{"point_number":1,"value":1}]"#, "point_type: is missing"),
            (
                #"[{"device_id":2,"point_type":2,"point_number":1,"value":1}]"#,
                "device_id: mismatch"
            ),
            ("7", "data_points: a list"), ("null", "data_points: is missing"),
        ] {
            let text = #"{"device_id":1,"data_points":\#(points)}"#
            #expect(fault(text, as: DeviceDataBatch.self)?.hasPrefix(message) == true, "\(points)")
        }
    }

    @Test("say by the age of a cached value whether it is fresh")
    func freshness() throws {
        var value = RealtimeValue(point: supply, value: 1, timestamp: made, dataType: .analog)
        value.leastAge = .seconds(60)
        #expect(try object(value)["is_fresh"] as? Int == 1 && DataPoint(value).isFresh)
        value.leastAge = .milliseconds(60_001)
        #expect(try object(value)["is_fresh"] as? Int == 0 && !DataPoint(value).isFresh)
    }
}
