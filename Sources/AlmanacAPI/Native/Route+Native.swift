import Almanac
import BuildingModel

extension Route {
    /// The routes of `/api/v1`.
    static var native: [Route] { catalog + reports + samples + administration }

    private static var catalog: [Route] {
        [
            get(
                "devices", "Devices",
                parameters: [.init(name: "active", type: "boolean", summary: "Active ones only")]
            ) { (api, call) throws(APIFailure) in try api.devices(call) },
            get(
                "points", "Points, page by page",
                parameters: [
                    .init(name: "match", type: "string", summary: "A glob of full names"),
                    .init(name: "device", type: "integer", summary: "Of this device"),
                    .init(name: "type", type: "integer", summary: "Of this point type"),
                    .init(name: "active", type: "boolean", summary: "Active ones only"),
                    .init(name: "limit", type: "integer", summary: "Points of a page"),
                    .init(
                        name: "cursor", type: "string", summary: "next_cursor of the page before"),
                ], statuses: [404]
            ) { (api, call) throws(APIFailure) in try api.points(call) },
            get(
                "points/{point}", "A point with its descriptions and newest sample", statuses: [404]
            ) { (api, call) throws(APIFailure) in try api.describedPoint(call) },
        ]
    }

    private static var reports: [Route] {
        let range = RouteDescription.range
        return [
            get("points/{point}/gaps", "Gaps of a point", parameters: range, statuses: [404, 422]) {
                (api, call) throws(APIFailure) in try api.gaps(call)
            },
            get(
                "points/{point}/coverage", "Samples that are there of those that were due",
                parameters: range, statuses: [404, 422]
            ) { (api, call) throws(APIFailure) in try api.coverage(call) },
            get(
                "health-report", "What is missing and what looks wrong, per point of a device",
                parameters: range + [
                    .init(
                        name: "device", type: "integer", summary: "The device", isRequired: true)
                ], statuses: [404, 422]
            ) { (api, call) throws(APIFailure) in try api.healthReport(call) },
            get(
                "events", "Events of the store and the collector",
                parameters: range + [
                    .init(name: "kind", type: "string", summary: "Of this kind only")
                ]
            ) { (api, call) throws(APIFailure) in try api.events(call) },
            get("store", "Size, counts and health of the store") {
                (api, call) throws(APIFailure) in try api.store(call)
            },
            get("collector", "State of each device and log", statuses: [404]) {
                (api, call) async throws(APIFailure) in try await api.collector(call)
            },
        ]
    }

    private static func get(
        _ path: String, _ summary: String, parameters: [RouteDescription.Parameter] = [],
        replies: [String] = [MediaType.json], statuses: [Int] = [],
        _ handle: @escaping @Sendable (HistoryAPI, RouteCall) async throws(APIFailure) -> APIReply
    ) -> Route {
        native(
            .get, path, .read,
            RouteDescription(
                summary: summary, parameters: parameters, replies: replies, statuses: statuses),
            handle)
    }

    /// A native route, which refuses parameters that it does not have.
    static func native(
        _ method: APIRequest.Method, _ path: String, _ access: APIAccess,
        _ description: RouteDescription,
        _ handle: @escaping @Sendable (HistoryAPI, RouteCall) async throws(APIFailure) -> APIReply
    ) -> Route {
        let names = Set(description.parameters.map(\.name))
        return Route([method], "/api/v1/" + path, access, .native, description) {
            (api, call) async throws(APIFailure) in
            try call.query.allow(only: names)
            return try await handle(api, call)
        }
    }
}

extension RouteDescription {
    static let range: [Parameter] = [
        .init(name: "from", type: "string", summary: "RFC 3339 or Unix ms; a day before the end"),
        .init(name: "to", type: "string", summary: "RFC 3339 or Unix ms, not included; now"),
    ]
}

extension HistoryAPI {
    fileprivate func devices(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let isActive = try call.query.flag("active") ?? false
        let devices = try reading { (history) throws(HistoryError) in
            try history.devices(activeOnly: isActive)
        }
        return HistoryAPI.nativeReply { json in
            json.list("devices", devices) { json, device in
                json.object { json in
                    json.field("device_id", Int(device.deviceID.rawValue))
                    json.field("name", device.deviceName)
                    json.field("type", device.deviceType)
                    json.field("active", device.isActive)
                    json.field("last_seen", device.lastSeen)
                }
            }
        }
    }

    fileprivate func points(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let query = call.query
        let limit = try call.limit(self)
        let device = try call.deviceOfQuery
        let type = try query.whole("type", in: 0...Int(UInt16.max))
        let isActive = try query.flag("active") ?? false
        var after: PointAddress?
        if let cursor = query["cursor"] {
            guard let address = PointAddress(cursor) else {
                throw .invalid("cursor", "cursor: \"\(cursor)\" is none of a reply")
            }
            after = address
        }
        if let device { _ = try known(device) }
        let pattern = query["match"]
        let all = try reading { (history) throws(HistoryError) in
            if let device, pattern == nil { return try history.points(of: device) }
            return try history.points(matching: pattern ?? "*/*").filter {
                device == nil || $0.address.device == device
            }
        }
        let fitting = all.sorted { $0.address < $1.address }.filter { point in
            (type.map { point.address.type.rawValue == UInt16($0) } ?? true)
                && (!isActive || point.isActive)
                && (after.map { point.address > $0 } ?? true)
        }
        let page = fitting.prefix(limit)
        let history = history
        return HistoryAPI.nativeReply { json in
            json.list("points", page) { json, point in
                json.object { $0.describe(point, in: history) }
            }
            json.field(
                "next_cursor",
                fitting.count > page.count ? page.last?.address.description : nil)
        }
    }

    fileprivate func describedPoint(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let point = try call.namedPoint(self)
        let (descriptions, latest) = try reading { (history) throws(HistoryError) in
            (
                try history.descriptions(of: point.address),
                try history.latestValue(of: point.address)
            )
        }
        let history = history
        return HistoryAPI.nativeReply { json in
            json.describe(point, in: history)
            json.list("descriptions", descriptions) { json, description in
                json.object { json in
                    let profile = description.profile
                    json.field("valid_from", description.validFrom)
                    json.field("name", description.point.pointName)
                    json.field("unit", description.point.displayedUnit)
                    json.field("data_type", description.point.dataType.rawValue)
                    json.field("decimals", profile.decimals)
                    json.field("history_mode", profile.historyMode.rawValue)
                    json.field("low", profile.low)
                    json.field("high", profile.high)
                    json.list("states", profile.stateTexts ?? []) { $0.value($1) }
                }
            }
            json.object("latest") { json in
                json.field("time", latest?.time)
                json.field("value", latest?.value)
                json.field("quality", latest?.quality.description)
                json.field(
                    "state", latest.flatMap { descriptions.last?.stateText(of: $0.value) })
            }
        }
    }

    fileprivate func gaps(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let point = try call.namedPoint(self).address
        let range = try call.range(self)
        let gaps = try reading { (history) throws(HistoryError) in
            try history.gaps(of: point, in: range)
        }
        return HistoryAPI.nativeReply { json in
            json.field("point", point.description)
            json.list("gaps", gaps) { json, gap in json.object { $0.describe(gap) } }
        }
    }

    fileprivate func coverage(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let point = try call.namedPoint(self).address
        let range = try call.range(self)
        let coverage = try reading { (history) throws(HistoryError) in
            try history.coverage(of: point, in: range)
        }
        return HistoryAPI.nativeReply { json in
            json.field("point", point.description)
            json.field("expected", coverage.expectedTickCount)
            json.field("covered", coverage.coveredTickCount)
            json.field("fraction", coverage.fraction)
        }
    }

    fileprivate func healthReport(_ call: RouteCall) throws(APIFailure) -> APIReply {
        guard let device = try call.deviceOfQuery else {
            throw .invalid("device", "device: is missing")
        }
        _ = try known(device)
        let range = try call.range(self)
        let report = try reading { (history) throws(HistoryError) in
            try history.qualityReport(of: device, in: range)
        }
        let history = history
        return HistoryAPI.nativeReply { json in
            json.field("device_id", Int(device.rawValue))
            json.field("level", report.level.rawValue)
            json.field("coverage", report.coverage.fraction)
            json.list("points", report.points) { json, point in
                json.object { json in
                    json.field("address", point.point.description)
                    json.field("name", history.fullName(of: point.point))
                    json.field("level", point.level.rawValue)
                    json.field("coverage", point.coverage.fraction)
                    json.field("gaps", point.gaps.count)
                    json.object("longest_gap") { json in
                        if let gap = point.longestGap { json.describe(gap) }
                    }
                    json.field("no_data", point.hasNoData)
                    json.field("stalled", point.isStalled)
                    json.field("flat_lines", point.flatLines.count)
                    json.field("out_of_range", point.outOfRangeCount)
                    json.field("bad", point.badCount)
                    json.field("last_seen", point.lastSeen)
                }
            }
            json.list(damaged: report.damaged)
        }
    }

    fileprivate func events(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let range = try call.range(self)
        let kind = call.query["kind"]
        let events = try reading { (history) throws(HistoryError) in
            try history.events(in: range, kind: kind)
        }
        let newest = events.suffix(settings.rowCountMax)
        return HistoryAPI.nativeReply { json in
            json.list("events", newest) { json, event in
                json.object { json in
                    json.field("time", event.time)
                    json.field("level", event.level.rawValue)
                    json.field("kind", event.kind)
                    json.field("subject", event.subject)
                    json.field("message", event.message)
                    json.object("fields") { json in
                        for (name, text) in event.fields.sorted(by: { $0.key < $1.key }) {
                            json.field(name, text)
                        }
                    }
                }
            }
            json.field("truncated", newest.count < events.count)
        }
    }

    fileprivate func store(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let snapshot = history.snapshot()
        let health = history.health()
        let site = settings.siteName
        return HistoryAPI.nativeReply { json in
            json.field("site", site)
            json.field("now", snapshot.now)
            json.field("position", Int(clamping: snapshot.position))
            json.field("samples", snapshot.sampleCount)
            json.object("health") { $0.fields(of: health) }
        }
    }

    fileprivate func collector(_ call: RouteCall) async throws(APIFailure) -> APIReply {
        guard let collection else {
            throw APIFailure(404, code: "noCollector", "this service does not collect")
        }
        return APIReply(
            contentType: MediaType.json, body: .bytes(await collection.statusJSON()))
    }
}

extension JSONText {
    /// The twelve metrics and the findings beside them.
    fileprivate mutating func fields(of health: HealthMetrics) {
        func milliseconds(_ length: Duration?) -> Double? { length.map { $0 / .milliseconds(1) } }
        field("cache_hit_rate", health.cacheHitRate)
        field("cache_size_bytes", health.cacheByteCount)
        field("cache_eviction_rate", health.cacheEvictionsPerMinute)
        field("database_connection_count", health.databaseConnectionCount)
        field("database_query_time_avg_ms", milliseconds(health.databaseQueryTimeAverage))
        field("database_size_bytes", health.databaseByteCount)
        field("collection_success_rate", health.collectionSuccessRate)
        field("collection_latency_avg_ms", milliseconds(health.collectionLatencyAverage))
        field("failed_collections_last_hour", health.failedCollectionsLastHour)
        field("api_requests_per_minute", health.apiRequestsPerMinute)
        field("api_response_time_avg_ms", milliseconds(health.apiResponseTimeAverage))
        field("api_error_rate", health.apiErrorRate)
        field("disk_used_fraction", health.diskUsedFraction)
        field("future_points", health.futurePointCount)
        field("is_clock_behind", health.isClockBehind)
        field("maintenance_failure", health.maintenanceFailure)
        list("thresholds", HealthThreshold.allCases) { json, threshold in
            json.object { json in
                let value = threshold.value(in: health)
                json.field("metric", threshold.rawValue)
                json.field("value", value)
                json.field("level", value.map { "\(threshold.level(of: $0))" })
            }
        }
    }
}
