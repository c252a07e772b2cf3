import Almanac
import BuildingModel

extension Route {
    /// Samples of the device routes.
    static var history: [Route] {
        let parameters: [RouteDescription.Parameter] = [
            .init(
                name: "start_time", type: "number", summary: "Unix seconds; a day before the end"),
            .init(name: "end_time", type: "number", summary: "Unix seconds, included; now"),
            .init(
                name: "interval_seconds", type: "integer",
                summary: "Width of buckets; without it samples as they were stored"),
            .init(name: "aggregation", type: "string", summary: "Of buckets, as mean or max"),
            .init(name: "limit", type: "integer", summary: "Rows, up to 50,000"),
            .init(
                name: "trend_log_id", type: "integer",
                summary: "Only while the point was an item of this log"),
        ]
        return [
            "/api/timeseries/{device_id}/{point_type}/{point_number}",
            "/api/device/{device_id}/point/{point_type}/{point_number}/timeseries",
        ].map { pattern in
            Route(
                [.get], pattern, .read, .envelope,
                RouteDescription(
                    summary: "Samples of a point", parameters: parameters, statuses: [404, 422])
            ) { (api, call) throws(APIFailure) in try api.timeSeries(call) }
        } + [
            Route(
                [.post], "/api/timeseries/batch", .write, .envelope,
                RouteDescription(
                    summary: "Stores samples, all durable before the reply", body: "[PointSample]",
                    statuses: [404])
            ) { (api, call) async throws(APIFailure) in try await api.storeBatch(call) }
        ]
    }
}

/// What a request for a time series asks for.
private struct SeriesQuestion {
    let point: PointAddress
    let range: TimeRange
    /// As the reply repeats them.
    let startTime: Timestamp
    let endTime: Timestamp
    let interval: Int?
    let aggregation: Aggregation?
    let limit: Int
    let log: TrendLogID?

    private static let rowCountStandard = 1000

    init(_ call: RouteCall, _ api: HistoryAPI) throws(APIFailure) {
        let query = call.query
        point = try call.point
        let end = try query.seconds("end_time", isEnd: true)
        let now = api.history.now
        let after = end ?? Timestamp(milliseconds: now.milliseconds + 1)
        endTime = try query.seconds("end_time") ?? now
        let start = try query.seconds("start_time")
        startTime = start ?? Timestamp(milliseconds: endTime.milliseconds - 86_400_000)
        guard startTime <= endTime, let range = TimeRange(from: startTime, to: after) else {
            throw .invalid(
                "end_time",
                "end_time: \(endTime) found, a time not before start_time \(startTime) expected")
        }
        self.range = range
        interval = try query.whole("interval_seconds", in: 0...Int(Int32.max))
            .flatMap { $0 == 0 ? nil : $0 }
        aggregation = try query.choice("aggregation")
        log = try query.whole("trend_log_id", in: 0...Int(UInt32.max))
            .map { TrendLogID(rawValue: UInt32($0)) }
        let asked = try query.whole("limit", in: 1...api.settings.rowCountMax)
        if let asked {
            limit = asked
        } else {
            limit = try SeriesQuestion.standardLimit(of: log, api)
        }
    }

    /// The bound of the log if there is one.
    private static func standardLimit(
        of log: TrendLogID?, _ api: HistoryAPI
    ) throws(APIFailure) -> Int {
        guard let log else { return rowCountStandard }
        let found = try api.reading { (history) throws(HistoryError) in
            try history.trendLogs().first { $0.id == log }
        }
        guard let found else {
            throw .unknown("trend log \(log.rawValue)", code: "unknownTrendLog")
        }
        return min(max(1, found.maxPoints), api.settings.rowCountMax)
    }
}

extension HistoryAPI {
    fileprivate func timeSeries(_ call: RouteCall) throws(APIFailure) -> APIReply {
        let question = try SeriesQuestion(call, self)
        let info = try point(question.point)
        let response = try reading { (history) throws(HistoryError) in
            try history.read { (view) throws(HistoryError) in
                let rows = try HistoryAPI.rows(question, view)
                return TimeSeriesResponse(
                    point: question.point, totalPoints: rows.total,
                    truncated: rows.total > rows.data.count, startTime: question.startTime,
                    endTime: question.endTime, intervalSeconds: question.interval ?? 0,
                    sourceTables: try view.sourceFiles(of: question.point, in: question.range),
                    deviceInfo: try view.device(question.point.device), pointInfo: info,
                    data: rows.data)
            }
        }
        return try EnvelopeText.reply(response, from: .database, at: history.now)
    }

    private static func rows(
        _ question: SeriesQuestion, _ view: HistorySnapshot
    ) throws(HistoryError) -> (data: [PointSample], total: Int) {
        let parts = try question.log.map { (log) throws(HistoryError) in
            try view.recordedSpans(of: question.point, in: log).compactMap {
                $0.intersection(question.range)
            }
        }
        var data: [PointSample] = []
        var total = 0
        for part in parts ?? [question.range] {
            let room = question.limit - data.count
            if let interval = question.interval {
                let buckets = try view.samples(
                    of: question.point, in: part, every: .seconds(interval),
                    aggregation: question.aggregation)
                total += buckets.count
                data += buckets.prefix(room).map {
                    PointSample(
                        point: question.point, value: $0.value, at: $0.time, quality: $0.quality,
                        trendLogID: question.log, intervalSeconds: interval)
                }
            } else {
                total += try view.sampleCount(of: question.point, in: part)
                data += try view.pointSamples(of: question.point, in: part, limit: room)
            }
        }
        return (data, total)
    }

    fileprivate func storeBatch(_ call: RouteCall) async throws(APIFailure) -> APIReply {
        let samples = try JSONBody.decoded(call.request.body, as: [PointSample].self)
        guard samples.count <= settings.batchSizeMax else {
            throw .invalid(
                "body",
                "\(samples.count) samples found, at most \(settings.batchSizeMax) expected")
        }
        let receipt = try await writing { (history) async throws(HistoryError) in
            try await history.store(samples)
        }
        // What was known already is there, as the caller wants.
        return try EnvelopeText.reply(
            samples.count - receipt.rejected.count, from: .stored, at: history.now)
    }
}
