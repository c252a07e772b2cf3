public import TimeSeriesModel

/// Why samples are missing.
public struct GapReason: RawRepresentable, Hashable, Sendable, Codable {
    public var rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let deviceOffline = GapReason(rawValue: "device_offline")
    public static let deviceError = GapReason(rawValue: "device_error")
    /// The device answered with the value that stands for "never read".
    public static let sentinel = GapReason(rawValue: "sentinel")
    public static let notANumber = GapReason(rawValue: "not_a_number")
    public static let tickMissed = GapReason(rawValue: "tick_missed")
    public static let collectorStopped = GapReason(rawValue: "collector_stopped")
    public static let logDisabled = GapReason(rawValue: "log_disabled")
    public static let pointDisabled = GapReason(rawValue: "point_disabled")
    public static let clockRejected = GapReason(rawValue: "clock_rejected")
    public static let diskFull = GapReason(rawValue: "disk_full")
    public static let damaged = GapReason(rawValue: "damaged")
    public static let removed = GapReason(rawValue: "removed")
    /// The device's own buffer was overrun.
    public static let logLost = GapReason(rawValue: "log_lost")
    public static let unknown = GapReason(rawValue: "unknown")
}

/// A stretch of time in which a point has no samples, and why.
public struct Gap: Hashable, Sendable {
    public var point: PointAddress
    public var range: TimeRange
    public var reason: GapReason
    /// What is known beyond the reason, in words.
    public var detail: String?

    public init(
        point: PointAddress, range: TimeRange, reason: GapReason, detail: String? = nil
    ) {
        self.point = point
        self.range = range
        self.reason = reason
        self.detail = detail
    }
}
