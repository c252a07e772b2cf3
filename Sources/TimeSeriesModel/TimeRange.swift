/// A half-open span of time: `from` belongs to it, `to` does not.
public struct TimeRange: Hashable, Sendable {
    public let from: Timestamp
    public let to: Timestamp

    /// `nil` where the end lies before the start. Equal bounds make an empty range.
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
