import Almanac
import AlmanacAPI
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("The native routes") struct NativeRouteTests {
    /// Collects the parts of a stream; ends it after so many.
    final class Parts: APIBodyWriter {
        struct Enough: Error {}
        private let parts = Mutex<[String]>([])
        private let limit: Int
        init(limit: Int = .max) { self.limit = limit }
        var text: String { parts.withLock { $0.joined() } }
        func write(_ bytes: [UInt8]) async throws {
            let count = parts.withLock { parts in
                parts.append(String(decoding: bytes, as: UTF8.self))
                return parts.count
            }
            if count >= limit { throw Enough() }
        }
    }

    @Test("page through samples in both orders, each sample once") func pages() async throws {
        try await APIBench.run { bench in
            for order in ["asc", "desc"] {
                var times: [Int64] = []
                var cursor = ""
                for _ in 0..<30 {
                    let page = try await bench.json(
                        .get,
                        "/api/v1/points/1201:2:1/samples?from=2026-02-01&limit=7&order=\(order)"
                            + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
                    let rows = try #require(page["samples"] as? [[String: Any]])
                    times += rows.compactMap { $0["time"] as? Int64 }
                    guard let next = page["next_cursor"] as? String else { break }
                    cursor = next
                }
                let all = (0..<96).map { (APIBench.noon - 86_400 + 900 * Int64($0)) * 1000 }
                #expect(times == (order == "asc" ? all : all.reversed()))
            }
        }
    }

    @Test("page through points") func points() async throws {
        try await APIBench.run { bench in
            var names: [String] = []
            var cursor = ""
            for _ in 0..<5 {
                let page = try await bench.json(
                    .get, "/api/v1/points?limit=1" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
                let rows = try #require(page["points"] as? [[String: Any]])
                names += rows.compactMap { $0["name"] as? String }
                guard let next = page["next_cursor"] as? String else { break }
                cursor = next
            }
            #expect(names == ["AHU-1/Fan", "AHU-1/Supply air", "AHU-2/Zone"])
        }
    }

    @Test("tag replies by their content, and send an unchanged one as 304") func tags() async throws
    {
        try await APIBench.run { bench in
            let target = "/api/v1/points/1201:2:1/samples?from=2026-02-28&to=2026-03-01"
            let first = try await bench.ask(.get, target)
            let tag = try #require(first.reply.header("ETag"))
            let again = try await bench.ask(.get, target, tag: "\"other\", \(tag)")
            #expect(again.status == 304 && again.text.isEmpty)
            try await bench.history.store([
                PointSample(
                    point: PointAddress("1201:2:1")!, value: -1,
                    at: Timestamp("2026-02-28T13:00:00Z")!)
            ])
            let changed = try await bench.ask(.get, target, tag: tag)
            #expect(changed.status == 200 && changed.reply.header("ETag") != tag)
        }
    }

    @Test("roll up days of a zone") func rollup() async throws {
        try await APIBench.run { bench in
            let days = try await bench.json(
                .get,
                "/api/v1/points/1201:2:1/rollup?every=day&tz=Europe/Zurich&agg=min,max,count"
                    + "&from=2026-02-27T23:00:00Z&to=2026-03-01T23:00:00Z")
            let rows = try #require(days["buckets"] as? [[String: Any]])
            #expect(rows.count == 2 && days["tz"] as? String == "Europe/Zurich")
            #expect(rows.compactMap { $0["count"] as? Int }.reduce(0, +) == 96)
            #expect(rows.first?["min"] as? Double == 0 && rows.last?["max"] as? Double == 9.5)
        }
    }

    @Test("store lines, with a receipt that names what was rejected") func store() async throws {
        try await APIBench.run { bench in
            let lines = """
                {"point":"AHU-2/Zone","time":"2026-03-01T11:00:00Z","value":20.5}
                {"point":"1202:2:1","time":4000000000000,"value":1}

                {"point":"1202:2:1","time":1772366390000,"value":21,"quality":"bad+fault"}
                """
            let found = try await bench.ask(
                .post, "/api/v1/samples", lines, type: "application/x-ndjson; charset=utf-8")
            #expect(found.status == 200, "\(found.text)")
            #expect(found.text.contains("\"stored\":2,"))
            #expect(found.text.contains(#""rejected":[{"index":1,"reason":"clock_rejected"}]"#))
            let samples = try bench.history.samples(of: PointAddress("1202:2:1")!, in: .all)
            #expect(samples.map(\.value) == [20.5, 21])
            #expect(samples.last?.quality.description == "bad+fault")
            let bad = try await bench.ask(
                .post, "/api/v1/samples", lines + "\n{\"point\":1}", type: "application/x-ndjson")
            #expect(bad.status == 400 && bad.text.contains("line 4"), "\(bad.text)")
        }
    }

    @Test("export every sample, as it is stored") func export() async throws {
        try await APIBench.run { bench in
            let reply = await bench.api.respond(
                to: APIRequest(
                    .get, "/api/v1/export", query: "match=AHU-1/*&from=2026-02-01", access: .read))
            guard case .stream(let run) = reply.body else {
                Issue.record("no stream")
                return
            }
            let parts = Parts()
            try await run(parts)
            let lines = parts.text.split(separator: "\n")
            #expect(lines.count == 97 && lines.first == "point,unix_ms,value,quality")
            let last = (APIBench.noon - 900) * 1000
            #expect(lines.last ?? "" == "AHU-1/Supply air,\(last),9.5,good")
        }
    }

    @Test("send committed samples live, and what was missed since an event") func live()
        async throws
    {
        try await APIBench.run { bench in
            let before = bench.history.snapshot().position
            try await bench.history.store([
                PointSample(
                    point: PointAddress("1202:2:1")!, value: 20.5,
                    at: Timestamp(seconds: APIBench.noon - 5))
            ])
            for (id, expected) in [
                ("\(before)", "event: sample"), ("\(UInt64.max)", "event: reset"),
            ] {
                let reply = await bench.api.respond(
                    to: APIRequest(
                        .get, "/api/v1/live", query: "match=AHU-2/*", lastEventID: id,
                        access: .read))
                #expect(reply.header("Content-Type") == "text/event-stream")
                guard case .stream(let run) = reply.body else {
                    Issue.record("no stream")
                    return
                }
                let parts = Parts(limit: 2)
                await #expect(throws: Parts.Enough.self) { try await run(parts) }
                #expect(parts.text.contains(expected), "\(parts.text)")
                guard expected.hasSuffix("sample") else { continue }
                #expect(parts.text.contains(#""name":"AHU-2/Zone","time":1772366395000"#))
                #expect(parts.text.contains("id: \(bench.history.snapshot().position)\n"))
            }
            let wrong = await bench.api.respond(
                to: APIRequest(.get, "/api/v1/live", lastEventID: "x", access: .read))
            #expect(wrong.status == 400)
        }
    }

    @Test("end a live stream when the store is closed") func liveEnd() async throws {
        try await APIBench.run { bench in
            let reply = await bench.api.respond(
                to: APIRequest(.get, "/api/v1/live", access: .read))
            guard case .stream(let run) = reply.body else {
                Issue.record("no stream")
                return
            }
            async let end: Void = run(Parts())
            await bench.history.close()
            try await end
        }
    }

    /// Texts that no rule expects end in an answer, never in a trap, and never in a 500.
    @Test("answer any text") func anyText() async throws {
        try await APIBench.run { bench in
            var random = SplitMix64(seed: 15)
            let pieces = [
                "/api/v1/points", "/api/device/1201/point/2/1", "/api/timeseries/1201/2/1",
                "?from=", "&to=", "?start_time=", "&end_time=", "&limit=", "every=", "%", "%2",
                "%2F",
                "%00", "=", "&", "?", "9223372036854775807", "-9223372036854775808", "1e309", "NaN",
                "2026-03-01T12:00:00Z", "1d", "999999999y", "\u{0}", "ü", "{", "}", "[", "]", "\"",
                ":", ",", "null", "true", "{\"device_id\":1201,\"data_points\":[",
                "\"value\":1e400",
                "/", "..", "*", String(repeating: "[", count: 600),
            ]
            func text() -> String {
                (0..<Int.random(in: 1...8, using: &random)).map { _ in
                    pieces[Int.random(in: 0..<pieces.count, using: &random)]
                }.joined()
            }
            let methods: [APIRequest.Method] = [.get, .post, .put, .head]
            for round in 0..<3000 {
                let path =
                    (round.isMultiple(of: 2) ? "/api/v1/points/1201:2:1/samples" : "") + text()
                let found = try await bench.ask(
                    methods[round % methods.count], path.isEmpty ? "/" : path, text())
                #expect(found.status != 500, "round \(round): \(path): \(found.text)")
            }
        }
    }
}
