import TimeSeriesModel

extension PointProfile: Codable {
    private enum CodingKeys: String, CodingKey {
        case decimals, modulus, low, high, binding
        case rangeCode = "range_code"
        case historyMode = "history_mode"
        case stateTexts = "state_texts"
        case timeZone = "time_zone"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            rangeCode: try fields.whole(.rangeCode), decimals: try fields.whole(.decimals),
            historyMode: try fields.choice(.historyMode) ?? .sampled,
            modulus: try fields.number(.modulus), low: try fields.number(.low),
            high: try fields.number(.high), stateTexts: try fields.nested(.stateTexts),
            timeZone: try fields.text(.timeZone), binding: try fields.nested(.binding))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(rangeCode, .rangeCode)
        try fields.put(decimals, .decimals)
        try fields.put(historyMode.rawValue, .historyMode)
        try fields.put(modulus, .modulus)
        try fields.put(low, .low)
        try fields.put(high, .high)
        try fields.put(stateTexts, .stateTexts)
        try fields.put(timeZone, .timeZone)
        try fields.put(binding, .binding)
    }
}

extension PointBinding: Codable {
    private enum CodingKeys: String, CodingKey {
        case object, mode
        case interval = "interval_seconds"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try WireReader(decoder, CodingKeys.self)
        self.init(
            object: try fields.required(.object, fields.text),
            mode: try fields.choice(.mode) ?? .poll,
            interval: try fields.whole(.interval, Int32.self).map { .seconds($0) })
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, CodingKeys.self)
        try fields.put(object, .object)
        try fields.put(mode.rawValue, .mode)
        try fields.put(seconds: interval, .interval)
    }
}
