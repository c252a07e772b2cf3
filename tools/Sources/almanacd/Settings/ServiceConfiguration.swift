import Almanac

/// The settings of the service, with their defaults: those of its store, of its collector, of HTTP and
/// of its log.
struct ServiceConfiguration: Hashable, Sendable {
    /// What the store itself uses.
    var history = Configuration()

    /// The folder of the store.
    var dataDirectory = "./almanac-data"
    /// Label of exports.
    var siteName = "site"

    // MARK: Collection

    /// The time between two polls that feed the cache; above half of the cache's duration it warns.
    var backgroundPollInterval: Duration = .seconds(30)
    var backgroundCollectionEnabled = true
    /// Requests that are open at once, over all devices.
    var maxConcurrentCollections = 10
    /// Of one try.
    var deviceTimeout: Duration = .milliseconds(5000)
    var deviceMaxRetries = 3
    /// The pause after which a failed log is read again.
    var collectorErrorRetry: Duration = .seconds(300)
    var collectionAlign = CollectionAlign.spread
    var devicesFile = "devices.csv"
    var pointsFile = "points.csv"
    /// The network interface that BACnet/IP uses; needed to read devices.
    var bacnetInterface: String?
    var bacnetPort = 47_808
    /// Host, or host and port, of the broadcast management device to register with.
    var bacnetBBMD: String?
    /// Our own device instance.
    var bacnetDeviceID = 4_194_000

    // MARK: HTTP

    var httpAddress = ListenAddress(host: "127.0.0.1", port: 8640)
    var httpTokensFile: String?
    /// True if an address that others can reach may be served without tokens.
    var httpAllowNoToken = false
    /// PEM file of a certificate and its chain: then HTTP is served over TLS.
    var httpCertificateFile: String?
    /// PEM file of the certificate's key; nil if ``httpCertificateFile`` has it.
    var httpKeyFile: String?
    /// Origins that a browser may call from.
    var corsOrigins: [String] = []
    var httpAssetsDirectory = "/usr/share/javascript/dygraphs"
    var apiRequestTimeout: Duration = .seconds(30)
    var apiMaxConcurrentRequests = 100
    /// Samples or values of one request.
    var maxBatchSize = 1000
    /// Rows of one reply.
    var queryLimitMax = 50_000
    var bodyByteCountMax = 16 << 20

    // MARK: Log

    var logFormat = LogFormat.auto
    var logLevel = LogLevel.info
}

extension ServiceConfiguration {
    /// The moment at which the requests of a tick begin.
    enum CollectionAlign: String, CaseIterable, Sendable {
        /// After the tick, each device at its own place.
        case spread
        /// At the tick.
        case strict
    }

    /// The form of log lines; `auto` is that of the journal under it, else text.
    enum LogFormat: String, CaseIterable, Sendable {
        case auto, text, json, journal
    }

    /// The least level that is logged.
    enum LogLevel: String, CaseIterable, Sendable {
        case trace, debug, info, notice, warning, error, critical
    }
}

extension ServiceConfiguration {
    /// What is allowed but probably not meant, in sentences.
    var warnings: [String] {
        guard backgroundPollInterval > history.cacheDuration / 2 else { return [] }
        let poll = Quantity.text(duration: backgroundPollInterval, in: .second)
        let duration = Quantity.text(duration: history.cacheDuration, in: .second)
        return [
            "background_poll_interval_seconds is \(poll), more than half of "
                + "cache_duration_seconds, which is \(duration): "
                + "values will go stale between two polls"
        ]
    }
}
