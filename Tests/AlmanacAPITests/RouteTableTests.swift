import Almanac
import AlmanacAPI
import Foundation
import Testing

/// Every route with right and wrong requests: the exact status, the form of the body, and the name of what
/// is wrong.
@Suite("The table of routes") struct RouteTableTests {
    struct Row: CustomStringConvertible, Sendable {
        let method: APIRequest.Method
        let target: String
        let body: String?
        let status: Int
        /// What the body has to name.
        let names: String
        var description: String { "\(method.rawValue) \(target) \(body ?? "")" }

        init(
            _ method: APIRequest.Method, _ target: String, _ status: Int, _ names: String = ""
        ) { self.init(method, target, nil, status, names) }

        init(
            _ method: APIRequest.Method, _ target: String, _ body: String?, _ status: Int,
            _ names: String
        ) {
            self.method = method
            self.target = target
            self.body = body
            self.status = status
            self.names = names
        }
    }

    static let sample =
        #"{"device_id":1201,"point_type":2,"point_number":1,"value":1,"timestamp":1772366390}"#
    static let native = #"{"point":"1201:2:1","time":1772366390000,"value":1}"#

    static let rows: [Row] = [
        Row(.get, "/healthz", 200, "ok"), Row(.head, "/healthz", 200),
        Row(.get, "/readyz", 200, "ready"), Row(.get, "/metrics", 200, "# TYPE"),
        Row(.get, "/openapi.yaml", 200, "openapi: 3.1.0"),
        Row(.get, "/nowhere", 404, "/nowhere"), Row(.get, "/api/nowhere", 404, "no such route"),
        Row(.delete, "/api/trend-logs/1201", 405, "GET, HEAD, POST"),
        Row(.post, "/healthz", 405, "GET"), Row(.other, "/healthz", 405, "GET"),
        // Device routes.
        Row(.get, "/api/device/1201/data", 200, "cache_stats"),
        Row(.get, "/api/device/77/data", 404, "77"),
        Row(.get, "/api/device/abc/data", 400, "device_id"),
        Row(.get, "/api/device/-1/data", 400, "device_id"),
        Row(.get, "/api/device/4294967296/data", 400, "device_id"),
        Row(.post, "/api/device/1201/data", "", 400, "JSON"),
        Row(.post, "/api/device/1201/data", "{\"device_id\": 1201, \"data_", 400, "JSON"),
        Row(.post, "/api/device/1201/data", "{}", 400, "device_id"),
        Row(.post, "/api/device/1201/data", #"{"device_id":1201}"#, 400, "data_points"),
        Row(
            .post, "/api/device/1202/data", #"{"device_id":1201,"data_points":[]}"#, 400,
            "mismatch"),
        Row(
            .post, "/api/device/1201/data",
            #"{"device_id":1201,"data_points":[{"point_type":2,"point_number":1}]}"#, 400, "value"),
        Row(
            .post, "/api/device/1201/data",
            #"{"device_id":1201,"data_points":[{"point_type":2,"point_number":1,"value":"x"}]}"#,
            400, "value"),
        Row(.get, "/api/device/1201/point/2/0", 400, "point_number"),
        Row(.get, "/api/device/1201/point/2/99", 404, "1201:2:99"),
        Row(.get, "/api/device/1201/point/x/1", 400, "point_type"),
        Row(.get, "/api/timeseries/1201/2/1", 200, "total_points"),
        Row(.get, "/api/timeseries/1201/2/99", 404, "1201:2:99"),
        Row(.get, "/api/timeseries/77/2/1", 404, "77:2:1"),
        Row(.get, "/api/timeseries/1201/2/1?start_time=abc", 400, "start_time"),
        Row(.get, "/api/timeseries/1201/2/1?start_time=10&end_time=5", 400, "end_time"),
        Row(.get, "/api/timeseries/1201/2/1?end_time=1e9", 400, "end_time"),
        Row(.get, "/api/timeseries/1201/2/1?limit=0", 400, "limit"),
        Row(.get, "/api/timeseries/1201/2/1?limit=50001", 400, "limit"),
        Row(.get, "/api/timeseries/1201/2/1?limit=-1", 400, "limit"),
        Row(.get, "/api/timeseries/1201/2/1?interval_seconds=x", 400, "interval_seconds"),
        Row(.get, "/api/timeseries/1201/2/1?aggregation=median", 400, "aggregation"),
        Row(.get, "/api/timeseries/1201/2/1?limit=5&limit=6", 400, "limit"),
        Row(.get, "/api/timeseries/1201/2/1?%ff=1", 400, "UTF-8"),
        Row(
            .get, "/api/timeseries/1201/2/1?start_time=0&interval_seconds=1", 422, "bucket"),
        Row(.post, "/api/timeseries/batch", "[]", 200, "stored"),
        Row(.post, "/api/timeseries/batch", "[\(sample)]", 200, "stored"),
        Row(.post, "/api/timeseries/batch", "{}", 400, ""),
        Row(
            .post, "/api/timeseries/batch",
            "[\(sample.replacingOccurrences(of: "\"value\":1", with: "\"value\":\"abc\""))]", 400,
            "value"),
        Row(
            .post, "/api/timeseries/batch",
            "[\(Array(repeating: sample, count: 1001).joined(separator: ","))]", 400, "1001"),
        Row(.get, "/api/trend-logs/1201", 200, "\"data\":[]"),
        Row(.get, "/api/trend-logs/77", 404, "77"),
        Row(
            .post, "/api/trend-logs/1201",
            #"{"device_id":1201,"trend_log_name":"A","interval_seconds":300}"#, 200, "300"),
        Row(
            .post, "/api/trend-logs/1202", #"{"device_id":1201,"trend_log_name":"A"}"#, 400,
            "mismatch"),
        Row(.post, "/api/trend-logs/1201", #"{"device_id":1201}"#, 400, "trend_log_name"),
        Row(
            .post, "/api/trend-logs/77", #"{"device_id":77,"trend_log_name":"A"}"#, 404, "77"),
        Row(.get, "/api/monitoring-points/1201", 200, "Supply air"),
        Row(.get, "/api/monitoring-points/77", 404, "77"),
        // Native routes.
        Row(.get, "/api/v1/devices", 200, "AHU-1"),
        Row(.get, "/api/v1/devices?active=perhaps", 400, "active"),
        Row(.get, "/api/v1/devices?colour=red", 400, "colour"),
        Row(.get, "/api/v1/points", 200, "AHU-1/Supply air"),
        Row(.get, "/api/v1/points?match=AHU-2/*", 200, "Zone"),
        Row(.get, "/api/v1/points?device=77", 404, "77"),
        Row(.get, "/api/v1/points?limit=0", 400, "limit"),
        Row(.get, "/api/v1/points?cursor=x", 400, "cursor"),
        Row(.get, "/api/v1/points/1201:2:1", 200, "descriptions"),
        Row(.get, "/api/v1/points/AHU-1%2FSupply%20air", 200, "1201:2:1"),
        Row(.get, "/api/v1/points/nothing", 404, "nothing"),
        Row(.get, "/api/v1/points/1201:2:99", 404, "1201:2:99"),
        Row(.get, "/api/v1/points/1201:2:1/samples", 200, "\"quality\":\"good\""),
        Row(.get, "/api/v1/points/1201:2:1/samples?format=csv", 200, "unix_ms,value,quality"),
        Row(.get, "/api/v1/points/1201:2:1/samples?format=xml", 400, "format"),
        Row(.get, "/api/v1/points/1201:2:1/samples?order=up", 400, "order"),
        Row(.get, "/api/v1/points/1201:2:1/samples?from=2026-02-30", 400, "from"),
        Row(
            .get, "/api/v1/points/1201:2:1/samples?from=2026-03-01&to=2026-02-01", 400, "to"),
        Row(.get, "/api/v1/points/1201:2:1/samples?limit=50001", 400, "limit"),
        Row(.get, "/api/v1/points/nothing/samples", 404, "nothing"),
        Row(.get, "/api/v1/points/1201:2:1/rollup?every=1h", 200, "buckets"),
        Row(.get, "/api/v1/points/1201:2:1/rollup", 400, "every"),
        Row(.get, "/api/v1/points/1201:2:1/rollup?every=0s", 400, "every"),
        Row(.get, "/api/v1/points/1201:2:1/rollup?every=1h&agg=mode", 400, "agg"),
        Row(.get, "/api/v1/points/1201:2:1/rollup?every=1d&tz=Mars/Olympus", 400, "tz"),
        Row(.get, "/api/v1/points/1201:2:1/rollup?every=1ms", 422, "every"),
        Row(.get, "/api/v1/points/1201:2:1/gaps", 200, "gaps"),
        Row(.get, "/api/v1/points/1201:2:1/coverage", 200, "fraction"),
        Row(.get, "/api/v1/points/nothing/gaps", 404, "nothing"),
        Row(.post, "/api/v1/query", #"{"points":["1201:2:1"],"every":"1h"}"#, 200, "columns"),
        Row(
            .post, "/api/v1/query",
            #"{"points":["1201:2:1"],"every":"1h","from":1767225600000,"to":"1767229200000"}"#, 200,
            "\"starts\":[1767225600000]"),
        Row(
            .post, "/api/v1/query", #"{"points":["1201:2:1"],"every":"1h","from":1.5}"#, 400, "from"
        ),
        Row(.post, "/api/v1/query", #"{"points":[],"every":"1h"}"#, 400, "points"),
        Row(.post, "/api/v1/query", #"{"points":["1201:2:1"]}"#, 400, "every"),
        Row(.post, "/api/v1/query", #"{"points":["x"],"every":"1h"}"#, 404, "x"),
        Row(
            .post, "/api/v1/query", #"{"points":["1201:2:1"],"every":"1h","fill":"magic"}"#, 400,
            "fill"),
        Row(.get, "/api/v1/asof", 200, "age_ms"),
        Row(.get, "/api/v1/asof?at=yesterday", 400, "at"),
        Row(.get, "/api/v1/asof?device=77", 404, "77"),
        Row(.post, "/api/v1/samples", "[\(native)]", 200, "durable"),
        Row(.post, "/api/v1/samples", "[{\"point\":\"1201:2:1\"}]", 400, "value"),
        Row(.post, "/api/v1/samples", #"[{"point":"x","time":1,"value":1}]"#, 404, "x"),
        Row(
            .post, "/api/v1/samples", #"[{"point":"1201:2:1","time":"noon","value":1}]"#, 400,
            "time"),
        Row(.get, "/api/v1/store", 200, "database_size_bytes"),
        Row(.get, "/api/v1/collector", 404, "noCollector"),
        Row(.get, "/api/v1/health-report?device=1201", 200, "Supply air"),
        Row(.get, "/api/v1/health-report", 400, "device"),
        Row(.get, "/api/v1/events", 200, "events"),
        Row(.get, "/api/v1/live?match=*&colour=red", 400, "colour"),
        Row(.get, "/api/v1/export?format=xlsx", 400, "format"),
        Row(.post, "/api/v1/admin/verify", 200, "\"ok\":true"),
        Row(.post, "/api/v1/admin/prune", 400, "days"),
        Row(.post, "/api/v1/admin/prune?days=0", 400, "days"),
        Row(.post, "/api/v1/admin/prune?days=1000", 200, "\"applied\":false"),
        Row(.post, "/api/v1/admin/backup", 200, "path"),
        Row(.get, "/api/v1/admin/backup", 405, "POST"),
    ]

    @Test("has these statuses and bodies", arguments: rows) func statuses(row: Row) async throws {
        try await APIBench.run { bench in
            let found = try await bench.ask(row.method, row.target, row.body)
            #expect(found.status == row.status, "\(found.text.prefix(300))")
            #expect(
                row.names.isEmpty || found.text.contains(row.names), "\(found.text.prefix(500))")
            guard found.status >= 400 else { return }
            let type = found.reply.header("Content-Type")
            let path = row.target.prefix { $0 != "?" }
            if path.hasPrefix("/api/"), !path.hasPrefix("/api/v1") {
                #expect(type == "application/json")
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(found.text.utf8))
                        as? [String: Any])
                #expect(
                    object["success"] as? Bool == false && object["source"] as? String == "error")
                #expect(object["data"] is NSNull && object["error"] is String)
            } else {
                #expect(type == "application/problem+json")
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(found.text.utf8))
                        as? [String: Any])
                #expect(object["status"] as? Int == row.status)
                #expect(object["code"] is String && object["request_id"] as? String == "r1")
            }
        }
    }

    /// What each route requires, by the word of the token.
    static let rights: [(APIRequest.Method, String, APIAccess)] = [
        (.get, "/healthz", .none), (.get, "/readyz", .none), (.get, "/openapi.yaml", .none),
        (.get, "/metrics", .read), (.get, "/api/device/1201/data", .read),
        (.post, "/api/device/1201/data", .write), (.put, "/api/device/1201/data", .write),
        (.get, "/api/device/1201/point/2/1", .read), (.get, "/api/timeseries/1201/2/1", .read),
        (.post, "/api/timeseries/batch", .write), (.get, "/api/trend-logs/1201", .read),
        (.post, "/api/trend-logs/1201", .write), (.get, "/api/monitoring-points/1201", .read),
        (.get, "/api/v1/points", .read), (.post, "/api/v1/query", .read),
        (.post, "/api/v1/samples", .write), (.get, "/api/v1/live", .read),
        (.get, "/api/v1/export", .read), (.post, "/api/v1/admin/backup", .admin),
        (.post, "/api/v1/admin/verify", .admin), (.post, "/api/v1/admin/prune", .admin),
    ]

    @Test("refuses callers without the right: 401 without a token, 403 with a lesser one")
    func access() async throws {
        try await APIBench.run { bench in
            for (method, path, required) in Self.rights {
                for access in APIAccess.allCases {
                    let found = try await bench.ask(method, path, access: access)
                    let isRefused = found.status == 401 || found.status == 403
                    #expect(isRefused == (access < required), "\(method) \(path) \(access)")
                    guard isRefused else { continue }
                    #expect(found.status == (access == .none ? 401 : 403))
                    #expect(
                        (found.reply.header("WWW-Authenticate") != nil) == (found.status == 401))
                }
                guard case .found(let route) = bench.api.match(method, path) else {
                    Issue.record("\(path) has no route")
                    continue
                }
                #expect(route.access == required)
            }
        }
    }

    @Test("is described completely: no reply has a status that the description lacks")
    func description() async throws {
        try await APIBench.run { bench in
            let text = bench.api.openAPI
            for row in Self.rows {
                guard
                    case .found(let route) = bench.api.match(
                        row.method,
                        row.target
                            .split(separator: "?").first.map(String.init) ?? "")
                else { continue }
                let from = try #require(text.range(of: "  \"\(route.pattern)\":\n"))
                let section = text[from.upperBound...].prefix(6000)
                #expect(section.contains("\"\(row.status)\":"), "\(row)")
            }
        }
    }
}
