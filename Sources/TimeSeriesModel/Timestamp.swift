/// A moment, in milliseconds since 1970-01-01T00:00Z. UTC, without leap seconds.
public struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// Milliseconds since 1970-01-01T00:00Z.
    public var rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// - Parameter milliseconds: since 1970-01-01T00:00Z.
    public init(milliseconds: Int64) { rawValue = milliseconds }

    /// - Parameter seconds: since 1970-01-01T00:00Z; of a number that no ``Timestamp`` holds, the
    ///   first or last moment of all.
    public init(seconds: Int64) { rawValue = seconds.times(1000) }

    public var milliseconds: Int64 { rawValue }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.rawValue < right.rawValue
    }

    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
