public import TimeSeriesModel

/// The settings that a ``DataManager`` uses, with their defaults.
///
/// A program makes one, changes what it wants, and opens a store with it; ``check()`` is called there.
/// Nothing is read from files or from the environment: that is the part of programs. A service has
/// settings of its own beside these, such as the address that it serves on.
public struct Configuration: Hashable, Sendable {
    /// IANA name of the zone of local days and of ``maintenanceTime``.
    public var siteTimeZone = "UTC"

    // MARK: Realtime cache

    /// The age up to which a cached value counts as fresh.
    public var cacheDuration: Duration = .seconds(60)
    /// The time between two removals of stale values from the cache.
    public var cacheCleanupInterval: Duration = .seconds(300)
    /// The most values that are held; beyond it the least recently used is removed.
    public var cacheCapacity = 200_000
    public var cacheServeStale = StaleService.onFailure

    // MARK: Retention and maintenance

    /// Days of history that housekeeping keeps; `nil` keeps all. Without
    /// ``DataManager/runHousekeeping()`` the library removes nothing.
    public var dataRetentionDays: Int? = 1095
    /// Bytes of history that housekeeping keeps; `nil` sets no bound.
    public var retentionByteCount: Int?
    /// True if the daily maintenance removes what is older than retention allows.
    public var partitionCleanupEnabled = true
    /// The time of the daily maintenance, on the site's clock.
    public var maintenanceTime = TimeOfDay(hour: 2)
    /// The folder of the daily backups; `nil` makes none.
    public var backupDirectory: String?
    /// The number of daily backups that are kept.
    public var backupKeep = 7

    // MARK: Reading devices

    /// The most points of one request to the source; an upper bound.
    public var bulkRequestSize = 100
    /// The interval of a trend log that states none.
    public var defaultTrendInterval: Duration = .seconds(900)

    // MARK: Store

    /// What a write waits for if its call does not state it.
    public var durability = Durability.durable
    /// Samples stamped before it are quarantined.
    public var clockPastLimit = Timestamp(seconds: 946_684_800)
    /// Samples stamped further ahead than this are quarantined.
    public var clockFutureLimit: Duration = .seconds(86_400)
    /// Free bytes of the disk below which writes are refused and reads go on; `nil` is a twentieth of
    /// the disk, at most 128 MiB.
    public var diskReserveByteCount: Int?

    /// The defaults.
    public init() {}
}
