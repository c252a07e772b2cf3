public import TimeSeriesModel

/// Everything that can be set, with its defaults.
///
/// An embedding program makes one and changes what it wants; a service resolves one from command
/// line, environment and file (``resolve(commandLine:environment:file:)``). The names of the keys
/// there are those of the properties with their units: ``cacheDuration`` is
/// `cache_duration_seconds`. Ranges and meanings: ``ConfigurationKey/all``.
public struct Configuration: Hashable, Sendable {
    // MARK: Place

    /// The folder of the store.
    public var dataDirectory = "./almanac-data"
    /// Label of exports.
    public var siteName = "site"
    /// IANA name of the zone of local days and of ``maintenanceTime``.
    public var siteTimeZone = "UTC"

    // MARK: Realtime cache

    /// How old a cached value may be and still counts as fresh.
    public var cacheDuration: Duration = .seconds(60)
    /// How often the cache is filled from the devices; above half of ``cacheDuration`` it warns.
    public var backgroundPollInterval: Duration = .seconds(30)
    public var cacheCleanupInterval: Duration = .seconds(300)
    /// Values held; beyond it the least recently used goes.
    public var cacheCapacity = 200_000
    public var cacheServeStale = StaleService.onFailure

    // MARK: Retention and maintenance

    /// Days of history that a service keeps; `nil` keeps for ever. The library removes nothing on
    /// its own.
    public var dataRetentionDays: Int? = 1095
    /// Bytes of history that a service keeps; `nil` sets no bound.
    public var retentionByteCount: Int?
    /// Whether the daily maintenance removes what retention lets go.
    public var partitionCleanupEnabled = true
    /// When the daily maintenance runs, on the site's clock.
    public var maintenanceTime = TimeOfDay(hour: 2)
    /// Where the daily backup goes; `nil` makes none.
    public var backupDirectory: String?
    public var backupKeep = 7

    // MARK: Collection

    public var backgroundCollectionEnabled = true
    /// Requests open at once, over all devices.
    public var maxConcurrentCollections = 10
    /// Of one try.
    public var deviceTimeout: Duration = .milliseconds(5000)
    public var deviceMaxRetries = 3
    /// The most points asked for in one request; an upper bound.
    public var bulkRequestSize = 100
    /// When a failed log is read again.
    public var collectorErrorRetry: Duration = .seconds(300)
    /// Of a trend log that states none.
    public var defaultTrendInterval: Duration = .seconds(900)
    public var collectionAlign = CollectionAlign.spread
    public var devicesFile = "devices.csv"
    public var pointsFile = "points.csv"
    /// The network interface that BACnet/IP uses; needed to collect.
    public var bacnetInterface: String?
    public var bacnetPort = 47_808
    /// Host, or host and port, of the broadcast management device to register with.
    public var bacnetBBMD: String?
    /// Our own device instance.
    public var bacnetDeviceID = 4_194_000

    // MARK: HTTP

    public var httpAddress = ListenAddress(host: "127.0.0.1", port: 8640)
    public var httpTokensFile: String?
    /// PEM file of a certificate and its chain: then HTTP is served over TLS.
    public var httpCertificateFile: String?
    /// PEM file of the certificate's key; nil if ``httpCertificateFile`` has it.
    public var httpKeyFile: String?
    /// Whether an address that others can reach may be served without tokens.
    public var httpAllowNoToken = false
    /// Origins that a browser may call from.
    public var corsOrigins: [String] = []
    public var httpAssetsDirectory = "/usr/share/javascript/dygraphs"
    public var apiRequestTimeout: Duration = .seconds(30)
    public var apiMaxConcurrentRequests = 100
    /// Samples or values of one request.
    public var maxBatchSize = 1000
    /// Rows of one answer.
    public var queryLimitMax = 50_000
    public var bodyByteCountMax = 16 << 20

    // MARK: Store

    /// What a write waits for where it does not say.
    public var durability = Durability.durable
    /// Samples stamped before it are quarantined.
    public var clockPastLimit = Timestamp(seconds: 946_684_800)
    /// Samples stamped further ahead than this are quarantined.
    public var clockFutureLimit: Duration = .seconds(86_400)
    /// Free bytes of the disk below which writes are refused and reads go on; `nil` is a twentieth of
    /// the disk, at most 128 MiB.
    public var diskReserveByteCount: Int?

    // MARK: Log

    public var logFormat = LogFormat.auto
    public var logLevel = LogLevel.info

    /// The defaults.
    public init() {}
}

extension Configuration {
    /// How the requests of a tick lie in time.
    public enum CollectionAlign: String, CaseIterable, Sendable {
        /// Devices start one after the other, each at its own place behind the tick.
        case spread
        /// All start at the tick.
        case strict
    }

    /// The form of log lines; `auto` is that of the journal under it, else text.
    public enum LogFormat: String, CaseIterable, Sendable {
        case auto, text, json, journal
    }

    /// The least level that is logged.
    public enum LogLevel: String, CaseIterable, Sendable {
        case trace, debug, info, notice, warning, error, critical
    }
}
