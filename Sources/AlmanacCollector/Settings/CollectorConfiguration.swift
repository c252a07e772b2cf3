public import BACnetIP
internal import BACnetMessages

/// The settings of a collector: its cadences, its limits on requests, and its pauses after failures.
public struct CollectorConfiguration: Hashable, Sendable {
    /// The moment at which the requests of a tick begin.
    public enum Alignment: String, Hashable, Sendable, CaseIterable {
        /// After the tick by a part of the interval that is fixed per device, so that devices are
        /// read one after the other.
        case spread
        /// At the tick itself.
        case strict
    }

    /// Time between two polls that feed the cache and store nothing. At most half of the cache's
    /// time to live, or values turn stale between two polls.
    public var realtimeInterval: Duration = .seconds(30)
    /// Time between two samples of a point, if neither its log nor its binding states an interval.
    public var historyInterval: Duration = .seconds(900)
    public var alignment = Alignment.spread
    /// Requests that are open at a time, to all devices.
    public var openRequestsMax = 10
    /// Requests that are open at a time to one device, by its whole address.
    public var openRequestsPerDevice = 1
    /// Points of one request before anything is known of the device.
    public var pointsPerRequestMax = 25
    /// The time that one try of a request may take.
    public var requestTimeout: Duration = .seconds(5)
    /// Tries after the first.
    public var retries = 3
    /// The pause after which points that a device answered with an error are read again, unless
    /// their next tick is due before.
    public var errorRetryInterval: Duration = .seconds(300)
    /// True to read names, units and state texts of devices at the start and when a device has
    /// changed or restarted, and to write what they report into the catalog.
    public var rediscoversDevices = true
    /// Time between two readings of what a device reports about itself, if nothing shows that it
    /// has changed.
    public var rediscoveryInterval: Duration = .seconds(86_400)
    /// The settings of reading the trend logs of devices.
    public var backfill = BackfillSettings()
    /// The settings of subscriptions to changes of values.
    public var changes = ChangeOfValueSettings()
    /// Seed of the random part of pauses between probes of a device that does not reply.
    public var seed: UInt64 = 1

    public init() {}

    /// - Throws: ``CollectorError`` `invalidSetting` that names the first setting outside its range.
    public func check() throws(CollectorError) {
        let day = Duration.seconds(86_400)
        try CollectorConfiguration.check(realtimeInterval, "realtimeInterval", .seconds(1), day)
        try CollectorConfiguration.check(historyInterval, "historyInterval", .seconds(1), day)
        try CollectorConfiguration.check(
            requestTimeout, "requestTimeout", .milliseconds(100), .seconds(60))
        try CollectorConfiguration.check(errorRetryInterval, "errorRetryInterval", .seconds(1), day)
        try CollectorConfiguration.check(
            rediscoveryInterval, "rediscoveryInterval", .seconds(60), .seconds(30 * 86_400))
        try CollectorConfiguration.check(
            changes.lifetime, "changes.lifetime", .seconds(300), .seconds(900))
        guard changes.verificationTicks >= 1 else {
            throw CollectorError(
                .invalidSetting,
                "changes.verificationTicks \(changes.verificationTicks) found, 1 or more expected")
        }
        try CollectorConfiguration.check(
            backfill.intervalMin, "backfill.intervalMin", .seconds(1), backfill.intervalMax)
        guard (1...1000).contains(pointsPerRequestMax) else {
            throw CollectorError(
                .invalidSetting,
                "pointsPerRequestMax \(pointsPerRequestMax) found, 1 to 1000 expected")
        }
        guard (1...256).contains(openRequestsMax) else {
            throw CollectorError(
                .invalidSetting, "openRequestsMax \(openRequestsMax) found, 1 to 256 expected")
        }
        guard (1...16).contains(openRequestsPerDevice) else {
            throw CollectorError(
                .invalidSetting,
                "openRequestsPerDevice \(openRequestsPerDevice) found, 1 to 16 expected")
        }
        guard (0...10).contains(retries) else {
            throw CollectorError(
                .invalidSetting, "retries \(retries) found, 0 to 10 expected")
        }
    }

    private static func check(
        _ value: Duration, _ name: String, _ least: Duration, _ greatest: Duration
    ) throws(CollectorError) {
        guard value >= least, value <= greatest else {
            throw CollectorError(
                .invalidSetting, "\(name) of \(value) found, \(least) to \(greatest) expected")
        }
    }
}

extension CollectorConfiguration {
    /// Returns the settings of a client for a collector with these: its limits on open requests,
    /// the points of a request, the time-out and the retries.
    ///
    /// - Parameter device: how the client introduces itself.
    public func clientConfiguration(of device: OwnDevice) -> ClientConfiguration {
        var client = ClientConfiguration(device: device)
        client.requests.openCountMax = openRequestsMax
        client.requests.openCountMaxPerDevice = openRequestsPerDevice
        client.pointCountMax = pointsPerRequestMax
        client.patience = Patience(timeout: requestTimeout, retryCount: retries)
        return client
    }
}
