/// A point's newest known value, as it was when somebody asked.
public struct CurrentValue: Hashable, Sendable {
    public var value: RealtimeValue
    /// The greater of the time since the value's stamp and the time that it has been held, so that a
    /// clock that is set back makes nothing younger. Never negative.
    public var age: Duration
    public var origin: Origin

    /// Where an answer came from.
    public enum Origin: Hashable, Sendable {
        /// It was held; nobody asked the device.
        case cache
        /// The device was read for it.
        case device
    }

    public init(value: RealtimeValue, age: Duration, origin: Origin) {
        self.value = value
        self.age = age
        self.origin = origin
    }

    /// Whether the age is within the value's time to live, the very end included.
    public var isFresh: Bool { age <= value.timeToLive }

    /// Whether it is fresh and not older than a caller wants it; `nil` asks for no more than fresh.
    public func isFresh(within maxAge: Duration?) -> Bool {
        guard isFresh else { return false }
        return maxAge.map { age <= $0 } ?? true
    }
}
