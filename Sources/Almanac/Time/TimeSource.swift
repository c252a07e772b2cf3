import FoundationEssentials

/// Where time comes from: the system's clocks, or a test's own.
public protocol TimeSource: Sendable {
    /// The wall clock. It may be set back or forth.
    var now: Timestamp { get }
    /// Time since some moment; never goes back.
    var uptime: Duration { get }
    /// Returns once ``uptime`` has reached `deadline`; throws when the task is cancelled.
    func sleep(until deadline: Duration) async throws
}

extension TimeSource where Self == SystemTime {
    /// The system's clocks.
    public static var system: SystemTime { SystemTime() }
}

/// The system's clocks.
public struct SystemTime: TimeSource {
    private static let start = ContinuousClock.now

    public init() {}

    public var now: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    public var uptime: Duration { SystemTime.start.duration(to: .now) }

    public func sleep(until deadline: Duration) async throws {
        try await ContinuousClock().sleep(until: SystemTime.start + deadline)
    }
}
