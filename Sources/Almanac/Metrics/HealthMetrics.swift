/// The twelve figures of how a system does, and how full its disk is.
///
/// Rates and averages are of the last 15 minutes unless they say otherwise, and `nil` where
/// nothing happened: no request is neither a hit nor a miss.
public struct HealthMetrics: Hashable, Sendable {
    // MARK: Cache

    /// Fresh answers of all, 0…1.
    public var cacheHitRate: Double?
    public var cacheByteCount = 0
    /// Values that went for want of space, a minute.
    public var cacheEvictionsPerMinute = 0.0

    // MARK: Database

    /// Open snapshots, and the writer.
    public var databaseConnectionCount = 0
    public var databaseQueryTimeAverage: Duration?
    /// `nil` where the store does not tell it now.
    public var databaseByteCount: Int?

    // MARK: Collection

    /// Readings that gave a value of all that were asked for, 0…1.
    public var collectionSuccessRate: Double?
    /// Of a device and tick, from request to stored.
    public var collectionLatencyAverage: Duration?
    /// Devices and ticks that failed in the last 60 minutes.
    public var failedCollectionsLastHour = 0

    // MARK: API

    public var apiRequestsPerMinute = 0.0
    public var apiResponseTimeAverage: Duration?
    /// Answers with a status of 500 and more of all, 0…1: what callers did wrong is no fault here.
    public var apiErrorRate: Double?

    // MARK: Disk

    /// 0…1; `nil` where it is not watched.
    public var diskUsedFraction: Double?

    // MARK: Clock

    /// Points with samples later than now by more than `clock_future_limit`.
    public var futurePointCount = 0
    /// Whether the clock is before the samples of most points: see ``ClockReview``. Then all that
    /// counts from now, as gaps, coverage and retention, is of no use.
    public var isClockBehind = false

    // MARK: Upkeep

    /// The reason why the last flush or merge failed that the store made by itself; nil if it
    /// succeeded. What was acknowledged as durable is in the log and is not lost; the store tries
    /// again.
    public var maintenanceFailure: String?

    public init() {}
}

/// The sizes and counts of a moment, as their owner measures them.
package struct HealthGauges: Hashable, Sendable {
    package var cacheByteCount = 0
    /// Open snapshots, and the writer.
    package var databaseConnectionCount = 0
    /// `nil` where the store does not tell it now.
    package var databaseByteCount: Int?
    /// `nil` where it is not watched.
    package var diskUsedFraction: Double?
    /// What the write-ahead log holds; `nil` where the store does not tell it now.
    package var logByteCount: Int?
    /// Since the log was last synced; `nil` before it was.
    package var lastSyncAge: Duration?
    /// How much longer than its interval the last round of the realtime poll took.
    package var pollLag: Duration = .zero
    package var sampleCount = 0
    package var seriesCount = 0
    /// Points with samples in the future.
    package var futurePointCount = 0
    package var isClockBehind = false

    package init() {}
}
