import Almanac
import BuildingModel

extension RouteCall {
    /// The point of the path: an address, or a full name.
    func namedPoint(_ api: HistoryAPI) throws(APIFailure) -> MonitoringPoint {
        try api.point(named: variables["point"] ?? "")
    }

    /// The range of `from` and `to`.
    func range(_ api: HistoryAPI) throws(APIFailure) -> TimeRange {
        try api.range(from: try query.moment("from"), to: try query.moment("to"))
    }

    /// The device of the query; nil if it names none.
    var deviceOfQuery: DeviceID? {
        get throws(APIFailure) {
            try query.whole("device", in: 0...Int(UInt32.max)).map { DeviceID(UInt32($0)) }
        }
    }

    /// The number of rows, as asked or a standard one.
    func limit(_ api: HistoryAPI, standard: Int = 1000) throws(APIFailure) -> Int {
        try query.whole("limit", in: 1...api.settings.rowCountMax) ?? standard
    }

    /// The zone of local days.
    func zone(_ api: HistoryAPI) throws(APIFailure) -> TimeZoneRules {
        try api.zone(named: query["tz"])
    }

    /// A width of buckets, as `15m` or `month`.
    func width(_ text: String?) throws(APIFailure) -> BucketWidth {
        guard let text, let width = BucketWidth(text) else {
            throw .invalid(
                "every", "every: \"\(text ?? "")\" found, a width as 15m, 1h, 1d or month expected")
        }
        return width
    }
}

extension HistoryAPI {
    /// The range between two moments: without an end up to now, without a start the day before the end.
    func range(from: Timestamp?, to: Timestamp?) throws(APIFailure) -> TimeRange {
        let end = to ?? history.now + .milliseconds(1)
        let start = from ?? end - .seconds(86_400)
        guard let range = TimeRange(from: start, to: end) else {
            throw .invalid("to", "to: \(end) found, a time not before from \(start) expected")
        }
        return range
    }

    /// A zone by its IANA name; without one that of the site.
    func zone(named name: String?) throws(APIFailure) -> TimeZoneRules {
        do throws(HistoryError) {
            return try TimeZoneRules.named(name ?? settings.timeZone)
        } catch { throw .invalid("tz", "tz: \(error.message)") }
    }

    /// - Throws: 422 for more buckets than a reply may have rows.
    func checkBuckets(
        _ calendar: BucketCalendar, in range: TimeRange
    ) throws(APIFailure) {
        let bound = settings.rowCountMax
        guard calendar.span(of: range, countMax: bound) != nil else {
            throw APIFailure(
                422, code: "limitExceeded", "every: more than \(bound) buckets in the range",
                parameter: "every")
        }
    }

    /// A point by its address, as `1201:2:5`, or its full name, as `AHU-1/Supply air`.
    func point(named text: String) throws(APIFailure) -> MonitoringPoint {
        if let address = PointAddress(text) { return try point(address) }
        let found = try reading { (history) throws(HistoryError) in
            try history.points(named: text)
        }
        guard let first = found.first else {
            throw .unknown("point \"\(text)\"", code: "unknownPoint")
        }
        guard found.count == 1 else {
            throw .invalid(
                "point",
                "point: \"\(text)\" names several points, one of "
                    + found.map(\.address.description).joined(separator: ", ") + " expected")
        }
        return first
    }

    static func nativeReply(
        headers: [(name: String, value: String)] = [], _ body: (inout JSONText) -> Void
    ) -> APIReply {
        var json = JSONText()
        json.object(body)
        return APIReply(contentType: MediaType.json, headers: headers, body: .bytes(json.bytes))
    }
}

extension JSONText {
    /// The fields that name and describe a point.
    mutating func describe(_ point: MonitoringPoint, in history: DataManager) {
        field("address", point.address.description)
        field("name", history.fullName(of: point.address))
        field("device_id", Int(point.address.device.rawValue))
        field("unit", point.displayedUnit)
        field("unit_code", point.unitCode.map(Int.init))
        field("data_type", point.dataType.rawValue)
        field("description", point.description)
        field("active", point.isActive)
    }

    mutating func describe(_ gap: Gap) {
        field("from", gap.range.from)
        field("to", gap.range.to)
        field("reason", gap.reason.rawValue)
        field("detail", gap.detail)
    }

    mutating func list(damaged parts: [DamagedPart]) {
        list("damaged", parts) { json, part in
            json.object { json in
                json.field("point", part.point?.description)
                json.field("file", part.file)
                json.field("offset", part.offset)
                json.field("message", part.message)
            }
        }
    }
}
