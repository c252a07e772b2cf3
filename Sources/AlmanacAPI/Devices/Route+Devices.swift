import Almanac
import BuildingModel

extension Route {
    /// Devices, their current values, their points and logs: five of the eight device routes.
    static var devices: [Route] {
        [
            Route(
                [.get], "/api/device/{device_id}/data", .read, .envelope,
                RouteDescription(summary: "Cached values of a device", statuses: [404])
            ) { (api, call) throws(APIFailure) in try api.cachedValues(call) },
            Route(
                [.post, .put], "/api/device/{device_id}/data", .write, .envelope,
                RouteDescription(
                    summary: "Updates cached values of a device", body: "DeviceDataBatch",
                    statuses: [404])
            ) { (api, call) throws(APIFailure) in try api.updateCache(call) },
            Route(
                [.get], "/api/device/{device_id}/point/{point_type}/{point_number}", .read,
                .envelope,
                RouteDescription(
                    summary: "The current value of a point, read from its device if need be",
                    statuses: [404, 502, 504])
            ) { (api, call) async throws(APIFailure) in try await api.currentValue(call) },
        ]
            + both("trend-logs") { pattern in
                [
                    Route(
                        [.get], pattern, .read, .envelope,
                        RouteDescription(summary: "Trend logs of a device", statuses: [404])
                    ) { (api, call) throws(APIFailure) in try api.trendLogs(call) },
                    Route(
                        [.post], pattern, .write, .envelope,
                        RouteDescription(
                            summary: "Makes or changes a trend log", body: "TrendLog",
                            statuses: [404])
                    ) { (api, call) async throws(APIFailure) in try await api.upsertLog(call) },
                ]
            }
            + both("monitoring-points") { pattern in
                [
                    Route(
                        [.get], pattern, .read, .envelope,
                        RouteDescription(summary: "Points of a device", statuses: [404])
                    ) { (api, call) throws(APIFailure) in try api.monitoringPoints(call) }
                ]
            }
    }

    /// Routes that have two spellings of their path.
    private static func both(_ noun: String, _ make: (String) -> [Route]) -> [Route] {
        make("/api/\(noun)/{device_id}") + make("/api/device/{device_id}/\(noun)")
    }
}

extension HistoryAPI {
    fileprivate func cachedValues(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let device = try known(try call.device)
        let points = try reading { (history) throws(HistoryError) in
            try history.points(of: device)
        }
        let described = Dictionary(uniqueKeysWithValues: points.map { ($0.address, $0) })
        let values = history.cachedValues(of: device)
        let response = DeviceDataResponse(
            deviceID: device,
            points: values.map { DataPoint($0, of: described[$0.point]) },
            lastUpdated: values.map { $0.updatedAt ?? $0.timestamp }.max(),
            cacheStats: history.cacheStats(of: device))
        return try EnvelopeText.reply(response, from: .cache, at: history.now)
    }

    fileprivate func updateCache(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let device = try known(try call.device)
        let batch = try JSONBody.decoded(call.request.body, as: DeviceDataBatch.self)
        try HistoryAPI.match(batch.deviceID, device)
        guard batch.dataPoints.count <= settings.batchSizeMax else {
            throw .invalid(
                "data_points",
                "data_points: \(batch.dataPoints.count) found, at most \(settings.batchSizeMax) "
                    + "expected")
        }
        let now = history.now
        var values: [RealtimeValue] = []
        for value in batch.dataPoints {
            let point = try self.point(value.point)
            var cached = value.realtimeValue(of: point, at: now)
            cached.timeToLive = value.timeToLive ?? history.configuration.cacheDuration
            values.append(cached)
        }
        try reading { (history) throws(HistoryError) in try history.cache(values) }
        return try EnvelopeText.reply(
            "\(values.count) values updated", from: .updated, at: now)
    }

    fileprivate func currentValue(_ call: RouteCall) async throws(APIFailure) -> APIReply {
        let address = try call.point
        let point = try point(address)
        let current: CurrentValue
        do throws(HistoryError) { current = try await history.currentValue(of: address) } catch {
            guard error.code == .deviceError, await collection?.readsDevices() != true else {
                throw APIFailure(error)
            }
            throw APIFailure(
                503, code: "noDevices",
                "no value of point \(address) is held, and this service reads no devices: no "
                    + "network interface is configured for them")
        }
        var value = current.value
        value.leastAge = current.age
        return try EnvelopeText.reply(
            DataPoint(value, of: point), from: current.origin == .cache ? .cache : .t3000,
            at: history.now)
    }

    fileprivate func trendLogs(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let device = try known(try call.device)
        let logs = try reading { (history) throws(HistoryError) in
            try history.trendLogs(of: device)
        }
        return try EnvelopeText.reply(logs, from: .database, at: history.now)
    }

    fileprivate func upsertLog(_ call: RouteCall) async throws(APIFailure) -> APIReply {
        let device = try known(try call.device)
        let log = try JSONBody.decoded(call.request.body, as: TrendLog.self)
        try HistoryAPI.match(log.deviceID, device)
        let stored = try await writing { (history) async throws(HistoryError) in
            try await history.upsert(log)
        }
        return try EnvelopeText.reply(stored, from: .updated, at: history.now)
    }

    fileprivate func monitoringPoints(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let device = try known(try call.device)
        let points = try reading { (history) throws(HistoryError) in
            try history.points(of: device)
        }
        return try EnvelopeText.reply(points, from: .database, at: history.now)
    }

    private static func match(_ found: DeviceID, _ expected: DeviceID) throws(APIFailure) {
        guard found == expected else {
            throw .invalid(
                "device_id",
                "device_id: mismatch: \(found.rawValue) found in the body, \(expected.rawValue) of "
                    + "the path expected")
        }
    }
}

extension HistoryAPI {
    /// The device itself, if it is known.
    func known(_ device: DeviceID) throws(APIFailure) -> DeviceID {
        try reading { (history) throws(HistoryError) in
            try history.read { (view) throws(HistoryError) in try view.require(device) }
        }
        return device
    }

    /// What is known of a point.
    func point(_ address: PointAddress) throws(APIFailure) -> MonitoringPoint {
        let found = try reading { (history) throws(HistoryError) in try history.point(address) }
        guard let found else { throw .unknown("point \(address)", code: "unknownPoint") }
        return found
    }
}

extension RouteCall {
    /// The device of the path.
    var device: DeviceID {
        get throws(APIFailure) {
            DeviceID(try number("device_id", UInt32.self))
        }
    }

    /// The point of the path.
    var point: PointAddress {
        get throws(APIFailure) {
            let device = try device
            let type = PointType(rawValue: try number("point_type", UInt16.self))
            let number = try number("point_number", UInt32.self)
            guard let address = PointAddress(validating: device, type: type, number: number) else {
                throw .invalid("point_number", "point_number: 0 found, numbers begin with 1")
            }
            return address
        }
    }

    private func number<Number: FixedWidthInteger>(
        _ name: String, _ type: Number.Type
    ) throws(APIFailure) -> Number {
        let text = variables[name] ?? ""
        guard let number = Number(text) else {
            throw .invalid(
                name, "\(name): \"\(text)\" found, a whole number up to \(Number.max) expected")
        }
        return number
    }
}
