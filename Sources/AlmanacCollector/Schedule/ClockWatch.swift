internal import TimeSeriesModel

/// Finds steps of the wall clock by comparing it with the time that has passed.
struct ClockWatch: Hashable, Sendable {
    /// Smaller steps are corrections that no tick notices.
    static let stepMin: Duration = .seconds(1)

    /// The wall clock at uptime zero, by the last look.
    private var origin: Timestamp

    init(wall: Timestamp, uptime: Duration) { origin = wall - uptime }

    /// Returns by how much the wall clock was set since the last look; nil if it was not.
    mutating func step(wall: Timestamp, uptime: Duration) -> Duration? {
        let current = wall - uptime
        let step = current - origin
        origin = current
        return step >= ClockWatch.stepMin || step <= .zero - ClockWatch.stepMin ? step : nil
    }
}
