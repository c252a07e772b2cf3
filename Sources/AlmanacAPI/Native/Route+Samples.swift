import Almanac
import BuildingModel

extension Route {
    /// Samples: read, grouped, aligned, followed, stored and exported.
    static var samples: [Route] {
        let range = RouteDescription.range
        return [
            native(
                .get, "points/{point}/samples", .read,
                RouteDescription(
                    summary: "Samples of a point",
                    parameters: range + [
                        .init(name: "limit", type: "integer", summary: "Rows, up to 50,000"),
                        .init(name: "order", type: "string", summary: "asc or desc"),
                        .init(name: "cursor", type: "string", summary: "next_cursor of a reply"),
                        .init(name: "format", type: "string", summary: "json, csv or ndjson"),
                    ], replies: [MediaType.json, MediaType.csv, MediaType.lines],
                    statuses: [304, 404, 422])
            ) { (api, call) throws(APIFailure) in try api.samples(call) },
            native(
                .get, "points/{point}/rollup", .read,
                RouteDescription(
                    summary: "Buckets of a point",
                    parameters: range + [
                        .init(
                            name: "every", type: "string", summary: "Width, as 15m, 1d or month",
                            isRequired: true),
                        .init(name: "agg", type: "string", summary: "As min,max,mean; mean"),
                        .init(name: "tz", type: "string", summary: "Zone of days and longer"),
                    ], statuses: [304, 404, 422])
            ) { (api, call) throws(APIFailure) in try api.rollup(call) },
            native(
                .post, "query", .read,
                RouteDescription(
                    summary: "Several points on one grid", body: "AlignedQuery",
                    statuses: [404, 422])
            ) { (api, call) throws(APIFailure) in try api.aligned(call) },
            native(
                .get, "asof", .read,
                RouteDescription(
                    summary: "The last values at a moment, with their ages",
                    parameters: [
                        .init(name: "at", type: "string", summary: "RFC 3339 or Unix ms; now"),
                        .init(name: "device", type: "integer", summary: "Of this device only"),
                    ], statuses: [404])
            ) { (api, call) throws(APIFailure) in try api.asOf(call) },
            native(
                .post, "samples", .write,
                RouteDescription(
                    summary: "Stores samples: a JSON array, or one object per line",
                    body: "[Sample]", statuses: [404, 422])
            ) { (api, call) async throws(APIFailure) in try await api.store(samples: call) },
        ]
    }
}

private enum SampleOrder: String, CaseIterable {
    case ascending = "asc"
    case descending = "desc"
}

private enum SampleForm: String, CaseIterable { case json, csv, ndjson }

extension HistoryAPI {
    fileprivate func samples(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let point = try call.namedPoint(self)
        let limit = try call.limit(self)
        let order = try call.query.choice("order", as: SampleOrder.self) ?? .ascending
        let form = try call.query.choice("format", as: SampleForm.self) ?? .json
        var range = try call.range(self)
        if let cursor = try call.query.moment("cursor") {
            // What the page before ended with is not repeated.
            let rest =
                order == .ascending
                ? TimeRange(from: max(range.from, cursor), to: range.to)
                : TimeRange(from: range.from, to: min(range.to, cursor))
            guard let rest else { throw .invalid("cursor", "cursor: is outside the range") }
            range = rest
        }
        let asked = range
        let rows = try reading { (history) throws(HistoryError) in
            order == .ascending
                ? try history.samples(of: point.address, in: asked, limit: limit + 1)
                : try history.newestSamples(of: point.address, in: asked, limit: limit + 1)
        }
        let page = rows.prefix(limit)
        let next: Timestamp? =
            rows.count > limit
            ? order == .ascending ? rows[limit].time : page.last?.time : nil
        switch form {
        case .json:
            let name = history.fullName(of: point.address)
            return HistoryAPI.nativeReply { json in
                json.field("point", point.address.description)
                json.field("name", name)
                json.field("unit", point.displayedUnit)
                json.field("from", asked.from)
                json.field("to", asked.to)
                json.list("samples", page) { json, sample in json.object { $0.describe(sample) } }
                json.field("truncated", next != nil)
                json.field("next_cursor", next.map { String($0.milliseconds) })
            }.withTag(for: call.request)
        case .ndjson:
            var bytes: [UInt8] = []
            for sample in page {
                var json = JSONText()
                json.object { $0.describe(sample) }
                bytes += json.bytes + [0x0A]
            }
            return APIReply(contentType: MediaType.lines, body: .bytes(bytes))
                .withCursor(next).withTag(for: call.request)
        case .csv:
            var bytes = Array("unix_ms,value,quality\n".utf8)
            for sample in page { sample.appendCSV(to: &bytes) }
            return APIReply(contentType: MediaType.csv, body: .bytes(bytes))
                .withCursor(next).withTag(for: call.request)
        }
    }

    fileprivate func rollup(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let point = try call.namedPoint(self).address
        let range = try call.range(self)
        let width = try call.width(call.query["every"])
        let zone = try call.zone(self)
        let wanted = try HistoryAPI.aggregations(call.query["agg"] ?? "mean")
        try checkBuckets(BucketCalendar(width: width, zone: zone), in: range)
        let buckets = try reading { (history) throws(HistoryError) in
            try history.buckets(
                of: point, in: range, every: width, zone: zone,
                aggregations: Set(wanted.map(\.aggregation)))
        }
        return HistoryAPI.nativeReply { json in
            json.field("point", point.description)
            json.field("tz", zone.name)
            json.list("buckets", buckets) { json, bucket in
                json.object { json in
                    json.field("start", bucket.start)
                    json.field("end", bucket.range.to)
                    for (name, aggregation) in wanted {
                        json.field(name, bucket.value(of: aggregation))
                    }
                    json.field("bad", bucket.badCount)
                }
            }
        }.withTag(for: call.request)
    }

    /// A list as `min,max,twm`, each once.
    static func aggregations(
        _ text: String
    ) throws(APIFailure) -> [(name: String, aggregation: Aggregation)] {
        var found: [(name: String, aggregation: Aggregation)] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(word)
            let aggregation =
                name == "twm" ? Aggregation.timeWeightedMean : Aggregation(rawValue: name)
            guard let aggregation, !found.contains(where: { $0.name == name }) else {
                throw .invalid(
                    "agg",
                    "agg: \"\(name)\" found, some of "
                        + "min,max,mean,twm,sum,count,first,last,delta expected, each once")
            }
            found.append((name, aggregation))
        }
        return found
    }

    fileprivate func aligned(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let query = try JSONBody.decoded(call.request.body, as: AlignedQuery.self)
        guard !query.points.isEmpty, query.points.count <= settings.pointCountMax else {
            throw .invalid(
                "points",
                "points: \(query.points.count) found, 1 to \(settings.pointCountMax) expected")
        }
        var points: [PointAddress] = []
        for name in query.points { points.append(try point(named: name).address) }
        let width = try call.width(query.every)
        let aggregation = try query.agg.map { (text) throws(APIFailure) in
            try HistoryAPI.aggregations(text)
        }
        guard (aggregation?.count ?? 1) == 1 else {
            throw .invalid("agg", "agg: several found, one expected")
        }
        let range = try range(
            from: try QueryItems.moment(query.from?.text, "from"),
            to: try QueryItems.moment(query.to?.text, "to"))
        let zone = try zone(named: query.tz)
        try checkBuckets(BucketCalendar(width: width, zone: zone), in: range)
        guard let fill = Fill(rawValue: query.fill ?? "none") else {
            throw .invalid(
                "fill", "fill: \"\(query.fill ?? "")\" found, none, hold or linear expected")
        }
        let columns = try reading { (history) throws(HistoryError) in
            try history.aligned(
                points, in: range, every: width, zone: zone,
                aggregation: aggregation?.first?.aggregation, fill: fill)
        }
        return HistoryAPI.nativeReply { json in
            json.list("starts", columns.starts) { $0.value($1) }
            json.field("end", columns.end)
            json.list("columns", columns.columns) { json, column in
                json.object { json in
                    json.field("point", column.point.description)
                    json.list("values", column.values) { $0.value($1) }
                    json.field("filled", column.filledCount)
                }
            }
            json.list(damaged: columns.damaged)
        }
    }

    fileprivate func asOf(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let moment = try call.query.moment("at") ?? history.now
        let device = try call.deviceOfQuery
        if let device { _ = try known(device) }
        let values = try reading { (history) throws(HistoryError) in
            guard let device else { return try history.values(ofSiteAt: moment) }
            return try history.values(of: device, at: moment)
        }
        let history = history
        return HistoryAPI.nativeReply { json in
            json.field("at", moment)
            json.list("values", values) { json, value in
                json.object { json in
                    json.field("address", value.point.description)
                    json.field("name", history.fullName(of: value.point))
                    json.field("time", value.sample?.time)
                    json.field("value", value.sample?.value)
                    json.field("quality", value.sample?.quality.description)
                    json.field("age_ms", value.age)
                    json.field("gap", value.gap?.reason.rawValue)
                }
            }
        }
    }
}

/// A time in a body: a text as in an address, or Unix milliseconds as a number.
private struct MomentText: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let milliseconds = try? value.decode(Int64.self) {
            text = String(milliseconds)
        } else {
            text = try value.decode(String.self)
        }
    }
}

/// The body of an aligned query.
private struct AlignedQuery: Decodable {
    var points: [String]
    var from: MomentText?
    var to: MomentText?
    var every: String
    var agg: String?
    var tz: String?
    var fill: String?
}

extension JSONText {
    mutating func describe(_ sample: Sample) {
        field("time", sample.time)
        field("value", sample.value)
        field("quality", sample.quality.description)
    }
}

extension Sample {
    func appendCSV(to bytes: inout [UInt8]) {
        NumberText.append(time.milliseconds, to: &bytes)
        bytes.append(UInt8(ascii: ","))
        NumberText.append(value, to: &bytes)
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: quality.description.utf8)
        bytes.append(0x0A)
    }
}

extension APIReply {
    /// Where the next page begins, for forms that have no field for it.
    fileprivate func withCursor(_ next: Timestamp?) -> APIReply {
        guard let next else { return self }
        var reply = self
        reply.headers.append(("X-Next-Cursor", String(next.milliseconds)))
        return reply
    }

    /// A strong tag of the body; 304 if the caller has it already.
    func withTag(for request: APIRequest) -> APIReply {
        guard case .bytes(let bytes) = body else { return self }
        let tag = "\"\(ContentTag.text(of: bytes))\""
        let known = request.ifNoneMatch?.split(separator: ",").contains {
            $0.trimmingPrefix(while: { $0 == " " }) == tag || $0 == "*"
        }
        if known == true { return APIReply(status: 304, headers: [("ETag", tag)]) }
        var reply = self
        reply.headers += [("ETag", tag), ("Cache-Control", "no-cache")]
        return reply
    }
}

/// FNV-1a, 64 bits: different for different bodies of one address.
private enum ContentTag {
    static func text(of bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16) + "-" + String(bytes.count, radix: 16)
    }
}
