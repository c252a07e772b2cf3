public import TimeSeriesModel

/// What time it is in the building, by the time that has passed outside.
public struct SimulatedTime: Hashable, Sendable {
    /// The building's time at uptime zero of the clock, which is its first use in the process for the
    /// system's clock, and where a `ManualTime` starts.
    public var origin: Timestamp
    /// Seconds of the building a second; with 0 its time stands still.
    public var speed: Int64

    public init(origin: Timestamp, speed: Int64 = 1) {
        self.origin = origin
        self.speed = speed
    }

    /// The building's time, to the millisecond.
    public func moment(at uptime: Duration) -> Timestamp {
        Timestamp(milliseconds: origin.milliseconds &+ uptime.wholeMilliseconds &* speed)
    }
}

extension Duration {
    /// Cut to milliseconds.
    var wholeMilliseconds: Int64 {
        components.seconds &* 1000 &+ components.attoseconds / 1_000_000_000_000_000
    }
}
