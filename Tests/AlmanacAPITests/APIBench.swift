import Almanac
import AlmanacAPI
import AlmanacSimulation
import Foundation
import Metrics
import TestSupport
import Testing

/// An API over a store of its own, at noon of 2026-03-01 UTC: two devices, three points, a day of
/// quarter hours of one of them.
struct APIBench {
    let api: HistoryAPI
    let history: DataManager
    let time: ManualTime
    let folder: String
    static let noon: Int64 = 1_772_366_400

    static func run(_ body: (APIBench) async throws -> Void) async throws {
        try await awaitingTemporaryFolder { folder in
            let time = ManualTime(start: Timestamp("2026-03-01T12:00:00Z")!)
            var configuration = Configuration()
            configuration.diskReserveByteCount = 0
            configuration.backupDirectory = folder + "/backups"
            let metrics = PrometheusRegistry()
            var surroundings = Surroundings(time: time)
            surroundings.metrics = metrics
            let history = try DataManager.open(
                at: folder + "/s", configuration: configuration, in: surroundings)
            try await history.upsert(Device(deviceID: 1201, deviceName: "AHU-1"))
            try await history.upsert(Device(deviceID: 1202, deviceName: "AHU-2"))
            try await history.upsert([
                MonitoringPoint(
                    address: PointAddress("1201:2:1")!, pointName: "Supply air", unitCode: 62,
                    dataType: .analog),
                MonitoringPoint(
                    address: PointAddress("1201:1:1")!, pointName: "Fan", dataType: .digital),
                MonitoringPoint(
                    address: PointAddress("1202:2:1")!, pointName: "Zone", dataType: .analog),
            ])
            try await history.store(
                (0..<96).map { row in
                    PointSample(
                        point: PointAddress("1201:2:1")!, value: Double(row) / 10,
                        at: Timestamp(seconds: noon - 86_400 + 900 * Int64(row)))
                })
            let bench = APIBench(
                api: HistoryAPI(history: history, metrics: metrics), history: history, time: time,
                folder: folder)
            try await body(bench)
            await history.close()
        }
    }

    /// Asks, and looks that status and type are those of the description.
    func ask(
        _ method: APIRequest.Method, _ target: String, _ body: String? = nil,
        type: String? = "application/json", access: APIAccess = .admin, tag: String? = nil
    ) async throws -> (status: Int, text: String, reply: APIReply) {
        let sides = target.split(separator: "?", maxSplits: 1).map(String.init)
        let reply = await api.respond(
            to: APIRequest(
                method, sides[0], query: sides.count > 1 ? sides[1] : nil,
                contentType: body == nil ? nil : type, ifNoneMatch: tag,
                body: Array((body ?? "").utf8), access: access, requestID: "r1"))
        guard case .bytes(let bytes) = reply.body else {
            return (reply.status, "", reply)
        }
        return (reply.status, String(decoding: bytes, as: UTF8.self), reply)
    }

    /// The parsed JSON of a reply with status 200.
    func json(
        _ method: APIRequest.Method, _ target: String, _ body: String? = nil
    ) async throws -> [String: Any] {
        let found = try await ask(method, target, body)
        #expect(found.status == 200, "\(target): \(found.text)")
        let parsed = try JSONSerialization.jsonObject(with: Data(found.text.utf8))
        return try #require(parsed as? [String: Any], "\(found.text)")
    }

    /// The data of an envelope.
    func data<Value>(
        _ method: APIRequest.Method, _ target: String, from source: String,
        _ body: String? = nil, as type: Value.Type = Value.self
    ) async throws -> Value {
        let envelope = try await json(method, target, body)
        #expect(envelope["success"] as? Bool == true)
        #expect(envelope["source"] as? String == source, "\(target)")
        #expect(envelope["timestamp"] as? Int64 == Self.noon)
        return try #require(envelope["data"] as? Value, "\(envelope)")
    }
}
