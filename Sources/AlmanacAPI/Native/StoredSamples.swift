import Almanac
import BuildingModel

/// A sample of a body: its point by address or name, its time in Unix ms or RFC 3339.
private struct SampleRow: Decodable {
    var point: String
    var time: Timestamp
    var value: Double
    var quality: Quality

    private enum CodingKeys: String, CodingKey { case point, time, value, quality }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        point = try fields.decode(String.self, forKey: .point)
        value = try fields.decode(Double.self, forKey: .value)
        if let milliseconds = try? fields.decode(Int64.self, forKey: .time) {
            time = Timestamp(milliseconds: milliseconds)
        } else {
            let text = try fields.decode(String.self, forKey: .time)
            guard let moment = Timestamp(text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .time, in: fields,
                    debugDescription: "time: \"\(text)\" found, RFC 3339 or Unix ms expected")
            }
            time = moment
        }
        let word = try fields.decodeIfPresent(String.self, forKey: .quality) ?? "good"
        guard let quality = Quality(word) else {
            throw DecodingError.dataCorruptedError(
                forKey: .quality, in: fields,
                debugDescription: "quality: \"\(word)\" found, one as good or bad+fault expected")
        }
        self.quality = quality
    }
}

extension HistoryAPI {
    func store(samples call: RouteCall) async throws(APIFailure) -> APIReply {
        let rows = try SampleRow.rows(of: call.request)
        guard rows.count <= settings.rowCountMax else {
            throw APIFailure(
                422, code: "limitExceeded",
                "\(rows.count) samples found, at most \(settings.rowCountMax) expected",
                parameter: "body")
        }
        var addresses: [String: PointAddress] = [:]
        var samples: [PointSample] = []
        samples.reserveCapacity(rows.count)
        for row in rows {
            let address: PointAddress
            if let known = addresses[row.point] {
                address = known
            } else {
                address = try point(named: row.point).address
                addresses[row.point] = address
            }
            samples.append(
                PointSample(point: address, value: row.value, at: row.time, quality: row.quality))
        }
        let receipt = try await writing { (history) async throws(HistoryError) in
            try await history.store(samples)
        }
        return HistoryAPI.nativeReply { json in
            json.field("stored", receipt.stored)
            json.field("duplicates", receipt.duplicates)
            json.field("replaced", receipt.replaced)
            json.field("kept", receipt.kept)
            json.list("rejected", receipt.rejected) { json, rejected in
                json.object { json in
                    json.field("index", rejected.index)
                    json.field("reason", rejected.reason.rawValue)
                }
            }
            json.field("durability", receipt.durability.rawValue)
            json.field("position", Int(clamping: receipt.position))
        }
    }
}

extension SampleRow {
    /// The rows of a JSON array, or one per line.
    static func rows(of request: APIRequest) throws(APIFailure) -> [SampleRow] {
        guard request.contentType?.lowercased().hasPrefix(MediaType.lines) == true else {
            return try JSONBody.decoded(request.body, as: [SampleRow].self)
        }
        var rows: [SampleRow] = []
        for (place, line) in request.body.split(separator: 0x0A).enumerated() {
            do throws(APIFailure) {
                rows.append(try JSONBody.decoded(Array(line), as: SampleRow.self))
            } catch {
                var failure = error
                failure.message = "line \(place + 1): \(failure.message)"
                throw failure
            }
        }
        return rows
    }
}
