import Almanac
import BuildingModel

extension Route {
    /// Streams, and what only an administrator does.
    static var administration: [Route] {
        [
            native(
                .get, "live", .read,
                RouteDescription(
                    summary: "Committed samples as server-sent events; Last-Event-ID resumes",
                    parameters: [
                        .init(name: "match", type: "string", summary: "A glob of full names")
                    ], replies: [MediaType.events])
            ) { (api, call) throws(APIFailure) in try api.live(call) },
            native(
                .get, "export", .read,
                RouteDescription(
                    summary: "Samples of many points, one per row, streamed",
                    parameters: RouteDescription.range + [
                        .init(name: "match", type: "string", summary: "A glob of full names"),
                        .init(name: "format", type: "string", summary: "csv or ndjson"),
                    ], replies: [MediaType.csv, MediaType.lines])
            ) { (api, call) throws(APIFailure) in try api.export(call) },
            native(
                .post, "admin/backup", .admin,
                RouteDescription(
                    summary: "Makes a backup in backup_directory")
            ) { (api, call) async throws(APIFailure) in try await api.backup(call) },
            native(
                .post, "admin/verify", .admin,
                RouteDescription(summary: "Reads and verifies every file of the store")
            ) { (api, call) throws(APIFailure) in try api.verify(call) },
            native(
                .post, "admin/prune", .admin,
                RouteDescription(
                    summary: "Removes samples older than so many days",
                    parameters: [
                        .init(
                            name: "days", type: "integer", summary: "Age in days", isRequired: true),
                        .init(
                            name: "apply", type: "boolean", summary: "false only counts them; false"
                        ),
                    ])
            ) { (api, call) async throws(APIFailure) in try await api.prune(call) },
        ]
    }
}

extension HistoryAPI {
    fileprivate func live(_ call: RouteCall) throws(APIFailure) -> APIReply {
        var position: UInt64?
        if let id = call.request.lastEventID, !id.isEmpty {
            guard let number = UInt64(id) else {
                throw .invalid("Last-Event-ID", "Last-Event-ID: \"\(id)\" is no id of an event")
            }
            position = number
        }
        let pattern = call.query["match"]
        let start = position
        let observations = try reading { (history) throws(HistoryError) in
            try history.observe(from: start)
        }
        let stream = LiveStream(
            history: history, observations: observations, pattern: pattern,
            heartbeat: settings.heartbeat)
        return APIReply(
            contentType: MediaType.events, headers: [("Cache-Control", "no-store")],
            body: .stream { writer in try await stream.run(to: writer) })
    }

    fileprivate func export(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let range = try call.range(self)
        let form = try call.query.choice("format", as: ExportForm.self) ?? .csv
        let pattern = call.query["match"] ?? "*/*"
        let snapshot = history.snapshot()
        let points: [MonitoringPoint]
        do throws(HistoryError) { points = try snapshot.points(matching: pattern) } catch {
            throw APIFailure(error)
        }
        return APIReply(
            contentType: form == .csv ? MediaType.csv : MediaType.lines,
            body: .stream { writer in
                var rows = ExportRows(form)
                try await writer.write(rows.head)
                for point in points {
                    rows.begin(snapshot.fullName(of: point.address))
                    for try await batch in try snapshot.batches(of: point.address, in: range) {
                        try await writer.write(rows.text(of: batch))
                    }
                }
            })
    }

    fileprivate func backup(_ call: RouteCall) async throws(APIFailure) -> APIReply {
        let path = try await writing { (history) async throws(HistoryError) in
            try await history.makeBackup()
        }
        return HistoryAPI.nativeReply { json in json.field("path", path) }
    }

    fileprivate func verify(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let report = try reading { (history) throws(HistoryError) in try history.verify() }
        return HistoryAPI.nativeReply { json in
            json.field("ok", report.isWhole)
            json.field("checked_chunks", report.checkedChunkCount)
            json.list("findings", report.findings) { json, finding in
                json.object { json in
                    json.field("file", finding.file)
                    json.field("offset", finding.offset)
                    json.field("point", finding.point?.description)
                    json.field("reason", finding.reason)
                    json.field("loses_samples", finding.losesSamples)
                    json.field("message", finding.message)
                }
            }
        }
    }

    fileprivate func prune(_ call: RouteCall) async throws(APIFailure) -> APIReply {
        guard let days = try call.query.whole("days", in: 1...100_000) else {
            throw .invalid("days", "days: is missing")
        }
        let applies = try call.query.flag("apply") ?? false
        let report = try await writing { (history) async throws(HistoryError) in
            try await history.removeSamples(
                olderThan: days, dryRun: !applies, by: Author(source: "api"))
        }
        return HistoryAPI.nativeReply { json in
            json.field("applied", applies)
            json.field("samples", report.samples)
            json.field("files", report.files)
            json.field("bytes", report.bytes)
        }
    }
}

private enum ExportForm: String, CaseIterable { case csv, ndjson }

/// The rows of an export: `point,unix_ms,value,quality`, or objects with these names.
private struct ExportRows {
    private let form: ExportForm
    private var prefix: [UInt8] = []

    init(_ form: ExportForm) { self.form = form }

    var head: [UInt8] { form == .csv ? Array("point,unix_ms,value,quality\n".utf8) : [] }

    mutating func begin(_ name: String) {
        prefix = []
        switch form {
        case .csv: FieldText.appendCSV(name, to: &prefix)
        case .ndjson: FieldText.appendJSON(name, to: &prefix)
        }
    }

    func text(of samples: [Sample]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(samples.count * (prefix.count + 40))
        for sample in samples {
            switch form {
            case .csv:
                bytes += prefix
                bytes.append(UInt8(ascii: ","))
                sample.appendCSV(to: &bytes)
            case .ndjson:
                bytes += Array("{\"point\":".utf8)
                bytes += prefix
                bytes += Array(",\"unix_ms\":".utf8)
                NumberText.append(sample.time.milliseconds, to: &bytes)
                bytes += Array(",\"value\":".utf8)
                NumberText.append(sample.value, to: &bytes)
                bytes += Array(",\"quality\":\"\(sample.quality)\"}\n".utf8)
            }
        }
        return bytes
    }
}
