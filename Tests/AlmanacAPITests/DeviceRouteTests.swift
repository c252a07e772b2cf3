import Almanac
import AlmanacAPI
import AlmanacSimulation
import Foundation
import Testing

@Suite("The device routes") struct DeviceRouteTests {
    @Test("answer alike in both spellings, in the envelope") func spellings() async throws {
        try await APIBench.run { bench in
            for (one, other) in [
                ("/api/monitoring-points/1201", "/api/device/1201/monitoring-points"),
                ("/api/trend-logs/1201", "/api/device/1201/trend-logs"),
                ("/api/timeseries/1201/2/1", "/api/device/1201/point/2/1/timeseries"),
            ] {
                let first = try await bench.ask(.get, one)
                let second = try await bench.ask(.get, other)
                #expect(first.status == 200 && first.text == second.text)
            }
            let points: [[String: Any]] = try await bench.data(
                .get, "/api/monitoring-points/1201", from: "database")
            #expect(points.map { $0["point_name"] as? String } == ["Fan", "Supply air"])
        }
    }

    @Test("include the whole last second of a range, floor times, and read decimals")
    func borders() async throws {
        try await APIBench.run { bench in
            let point = PointAddress("1202:2:1")!
            let at = APIBench.noon - 100
            try await bench.history.store([
                PointSample(point: point, value: 1, at: Timestamp(milliseconds: at * 1000 - 1)),
                PointSample(point: point, value: 2, at: Timestamp(milliseconds: at * 1000 + 999)),
                PointSample(point: point, value: 3, at: Timestamp(milliseconds: at * 1000 + 1000)),
            ])
            func values(_ query: String) async throws -> [Double] {
                let series: [String: Any] = try await bench.data(
                    .get, "/api/timeseries/1202/2/1?\(query)", from: "database")
                let rows = try #require(series["data"] as? [[String: Any]])
                #expect(series["count"] as? Int == rows.count)
                return rows.compactMap { $0["value"] as? Double }
            }
            #expect(try await values("start_time=\(at)&end_time=\(at)") == [2])
            #expect(try await values("start_time=\(at - 1)&end_time=\(at + 1)") == [1, 2, 3])
            #expect(try await values("start_time=\(at).5&end_time=\(at).999") == [2])
            #expect(try await values("start_time=\(at).5&end_time=\(at).998") == [])
            #expect(try await values("") == [1, 2, 3])
            let series: [String: Any] = try await bench.data(
                .get, "/api/timeseries/1202/2/1?start_time=\(at)&end_time=\(at)",
                from: "database")
            let row = try #require((series["data"] as? [[String: Any]])?.first)
            #expect(row["timestamp"] as? Int64 == at)
            #expect(series["start_time"] as? Int64 == at && series["end_time"] as? Int64 == at)
            #expect(series["source_tables"] as? [String] == ["log"])
        }
    }

    @Test("count all samples of a range where a limit cuts, and group them by interval")
    func limits() async throws {
        try await APIBench.run { bench in
            let start = APIBench.noon - 86_400
            let cut: [String: Any] = try await bench.data(
                .get, "/api/timeseries/1201/2/1?start_time=\(start)&limit=5", from: "database")
            #expect(cut["count"] as? Int == 5 && cut["total_points"] as? Int == 96)
            #expect(cut["truncated"] as? Bool == true)
            let hours: [String: Any] = try await bench.data(
                .get,
                "/api/timeseries/1201/2/1?start_time=\(start)&end_time=\(start + 7199)"
                    + "&interval_seconds=3600",
                from: "database")
            let rows = try #require(hours["data"] as? [[String: Any]])
            #expect(rows.map { $0["timestamp"] as? Int64 } == [start, start + 3600])
            let means = rows.compactMap { $0["value"] as? Double }
            #expect(abs(means[0] - 0.15) < 1e-12 && abs(means[1] - 0.55) < 1e-12)
            let most: [String: Any] = try await bench.data(
                .get,
                "/api/timeseries/1201/2/1?start_time=\(start)&end_time=\(start + 3599)"
                    + "&interval_seconds=3600&aggregation=max",
                from: "database")
            let greatest = (most["data"] as? [[String: Any]])?.first?["value"] as? Double
            #expect(greatest == 0.3)
        }
    }

    @Test("have samples of a trend log only while it had the point") func trendLog() async throws {
        try await APIBench.run { bench in
            let log = try await bench.history.upsert(
                TrendLog(deviceID: 1201, trendLogName: "L", maxPoints: 2))
            let id = try #require(log.id)
            let point = PointAddress("1201:2:1")!
            try await bench.history.replaceItems(
                of: id, with: [TrendLogItem(trendLogID: id, point: point, pointOrder: 0)])
            bench.time.advance(by: .seconds(3600))
            try await bench.history.store([
                PointSample(point: point, value: 7, at: Timestamp(seconds: APIBench.noon + 60)),
                PointSample(point: point, value: 8, at: Timestamp(seconds: APIBench.noon + 120)),
                PointSample(point: point, value: 9, at: Timestamp(seconds: APIBench.noon + 180)),
            ])
            let reply = try await bench.ask(
                .get, "/api/timeseries/1201/2/1?trend_log_id=\(id.rawValue)")
            let envelope = try #require(
                try JSONSerialization.jsonObject(with: Data(reply.text.utf8)) as? [String: Any])
            let series = try #require(envelope["data"] as? [String: Any], "\(reply.text)")
            let rows = try #require(series["data"] as? [[String: Any]])
            // Its own bound is the standard limit.
            #expect(rows.compactMap { $0["value"] as? Double } == [7, 8])
            #expect(series["total_points"] as? Int == 3)
            let unknown = try await bench.ask(.get, "/api/timeseries/1201/2/1?trend_log_id=77")
            #expect(unknown.status == 404)
        }
    }

    @Test("store a batch whole or not at all, and it is durable") func batch() async throws {
        try await APIBench.run { bench in
            func row(_ number: Int, _ value: String) -> String {
                #"{"device_id":1201,"point_type":1,"point_number":\#(number),"value":\#(value),"#
                    + #""timestamp":\#(APIBench.noon - 10)}"#
            }
            let bad = try await bench.ask(
                .post, "/api/timeseries/batch", "[\(row(1, "1")),\(row(99, "1"))]")
            #expect(bad.status == 404 && bad.text.contains("1201:1:99"))
            let fan = PointAddress("1201:1:1")!
            #expect(try bench.history.samples(of: fan, in: .all).isEmpty)
            let stored: Int = try await bench.data(
                .post, "/api/timeseries/batch", from: "stored", "[\(row(1, "\"1\""))]")
            #expect(stored == 1)
            #expect(try bench.history.samples(of: fan, in: .all).map(\.value) == [1])
            // A time that no right clock gives is not stored, and not counted.
            let late = row(1, "0").replacingOccurrences(
                of: "\(APIBench.noon - 10)", with: "4000000000")
            let none: Int = try await bench.data(
                .post, "/api/timeseries/batch", from: "stored", "[\(late)]")
            #expect(none == 0)
        }
    }

    @Test("update the cache with values of known points alone") func cache() async throws {
        try await APIBench.run { bench in
            let body =
                #"{"device_id":1201,"data_points":[{"point_type":2,"point_number":1,"value":21.5}]}"#
            let text: String = try await bench.data(
                .put, "/api/device/1201/data", from: "updated", body)
            #expect(text.contains("1"))
            let point: [String: Any] = try await bench.data(
                .get, "/api/device/1201/point/2/1", from: "cache")
            #expect(point["value"] as? Double == 21.5 && point["is_fresh"] as? Bool == true)
            bench.time.advance(by: .milliseconds(60_001))
            let stale = try await bench.ask(.get, "/api/device/1201/point/2/1")
            #expect(stale.text.contains("\"is_fresh\":false"), "\(stale.text)")
            let wrong =
                #"{"device_id":1201,"data_points":[{"point_type":2,"point_number":1,"#
                + #""value":1},{"point_type":9,"point_number":9,"value":1}]}"#
            let refused = try await bench.ask(.post, "/api/device/1201/data", wrong)
            #expect(refused.status == 404 && refused.text.contains("1201:9:9"))
            #expect(bench.history.cachedValue(of: PointAddress("1201:2:1")!)?.value == 21.5)
        }
    }

    @Test("without a device to read and a value to return say so with 503")
    func noDevices() async throws {
        try await APIBench.run { bench in
            let reply = try await bench.ask(.get, "/api/device/1202/point/2/1")
            #expect(reply.status == 503 && reply.text.contains("\"source\":\"error\""))
            #expect(reply.reply.header("Retry-After") != nil)
        }
    }
}
