/// A half-open span of time: `from` belongs to it, `to` does not.
public struct TimeRange: Hashable, Sendable {
    public let from: Timestamp
    public let to: Timestamp

    /// `nil` if the end is before the start. Equal bounds make an empty range.
    public init?(from: Timestamp, to: Timestamp) {
        guard from <= to else { return nil }
        self.from = from
        self.to = to
    }

    /// Every moment that a `Timestamp` can name, but the very last millisecond of 292 million years.
    public static let all = TimeRange(
        uncheckedFrom: Timestamp(rawValue: .min), to: Timestamp(rawValue: .max))

    private init(uncheckedFrom from: Timestamp, to: Timestamp) {
        self.from = from
        self.to = to
    }

    public var isEmpty: Bool { from == to }

    public func contains(_ time: Timestamp) -> Bool { from <= time && time < to }
}

extension TimeRange: Codable {
    private enum CodingKeys: String, CodingKey { case from, to }

    /// Reads both bounds in Unix milliseconds; an end before the start is an error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let from = try container.decode(Timestamp.self, forKey: .from)
        let to = try container.decode(Timestamp.self, forKey: .to)
        guard let range = TimeRange(from: from, to: to) else {
            throw DecodingError.dataCorruptedError(
                forKey: .to, in: container, debugDescription: "to: an end before the start found")
        }
        self = range
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
    }
}
