/// One observation. There is no sample without a value: what is missing is absent, never zero.
public struct Sample: Hashable, Sendable {
    public var time: Timestamp
    public var value: Double
    public var quality: Quality

    public init(time: Timestamp, value: Double, quality: Quality = .good) {
        self.time = time
        self.value = value
        self.quality = quality
    }
}

extension Sample: Codable {
    private enum CodingKeys: String, CodingKey {
        case time = "unix_ms"
        case value, quality
    }

    /// Reads the time in Unix milliseconds, and the quality as its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let text = try container.decodeIfPresent(String.self, forKey: .quality) ?? "good"
        guard let quality = Quality(text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .quality, in: container,
                debugDescription: "quality: \"\(text)\" found, one like bad+fault expected")
        }
        self.init(
            time: try container.decode(Timestamp.self, forKey: .time),
            value: try container.decode(Double.self, forKey: .value), quality: quality)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(time, forKey: .time)
        try container.encode(value, forKey: .value)
        try container.encode(quality.description, forKey: .quality)
    }
}
