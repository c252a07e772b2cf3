import TimeSeriesModel

// Times of the journal are Unix milliseconds: its entries are not of the routes that count seconds.

extension Event: Codable {
    private enum CodingKeys: String, CodingKey {
        case time, level, kind, subject, message, fields
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            at: try fields.required(.time, fields.milliseconds),
            try fields.required(.level) { try fields.choice($0) },
            kind: try fields.required(.kind, fields.text), subject: try fields.text(.subject),
            try fields.required(.message, fields.text), fields: try fields.nested(.fields) ?? [:])
    }

    public func encode(to encoder: any Encoder) throws {
        var writer = WireWriter(encoder, CodingKeys.self)
        try writer.put(milliseconds: time, .time)
        try writer.put(level.rawValue, .level)
        try writer.put(kind, .kind)
        try writer.put(subject, .subject)
        try writer.put(message, .message)
        try writer.put(fields, .fields)
    }
}

extension AuditEntry: Codable {
    private enum CodingKeys: String, CodingKey {
        case timestamp, operation, source
        case userID = "user_id"
        case deviceID = "device_id"
        case pointType = "point_type"
        case pointNumber = "point_number"
        case oldValue = "old_value"
        case newValue = "new_value"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        let isOfPoint = try fields.has(.pointType) || fields.has(.pointNumber)
        self.init(
            at: try fields.required(.timestamp, fields.milliseconds),
            operation: try fields.required(.operation, fields.text),
            by: Author(
                userID: try fields.text(.userID),
                source: try fields.required(.source, fields.text)),
            deviceID: try fields.identifier(.deviceID),
            point: isOfPoint ? try AddressKey.address(of: decoder) : nil,
            oldValue: try fields.text(.oldValue), newValue: try fields.text(.newValue))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(milliseconds: timestamp, .timestamp)
        try fields.put(operation, .operation)
        try fields.put(userID, .userID)
        try fields.put(point?.device ?? deviceID, .deviceID)
        try fields.put(point?.type, .pointType)
        try fields.put(point?.number, .pointNumber)
        try fields.put(oldValue, .oldValue)
        try fields.put(newValue, .newValue)
        try fields.put(source, .source)
    }
}

extension Gap: Codable {
    private enum CodingKeys: String, CodingKey { case point, from, to, reason, detail }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        let from = try fields.required(.from, fields.milliseconds)
        let to = try fields.required(.to, fields.milliseconds)
        guard let range = TimeRange(from: from, to: to) else {
            throw fields.fault(.to, "an end before the start found")
        }
        self.init(
            point: try fields.required(.point) {
                try fields.word($0, "an address like 1201:2:5")
            },
            range: range,
            reason: GapReason(rawValue: try fields.required(.reason, fields.text)),
            detail: try fields.text(.detail))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(text: point, .point)
        try fields.put(milliseconds: range.from, .from)
        try fields.put(milliseconds: range.to, .to)
        try fields.put(reason.rawValue, .reason)
        try fields.put(detail, .detail)
    }
}
