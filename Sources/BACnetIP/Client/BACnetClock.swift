/// What time has passed, and how to wait: the system's clock, or a test's own.
///
/// The room needs no wall clock: nothing that it sends or receives has a time of ours in it.
public protocol BACnetClock: Sendable {
    /// Time since some moment; never goes back.
    var uptime: Duration { get }
    /// Returns once ``uptime`` has reached `deadline`; throws when the task is cancelled.
    func sleep(until deadline: Duration) async throws
}

/// The system's clock.
public struct SystemBACnetClock: BACnetClock {
    private static let start = ContinuousClock.now

    public init() {}

    public var uptime: Duration { SystemBACnetClock.start.duration(to: .now) }

    public func sleep(until deadline: Duration) async throws {
        try await ContinuousClock().sleep(until: SystemBACnetClock.start + deadline)
    }
}
