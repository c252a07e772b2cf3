import Almanac
import AlmanacCollector

extension ServiceConfiguration {
    /// The part of the settings that the collector and its client use.
    var collector: CollectorConfiguration {
        var settings = CollectorConfiguration()
        settings.requestTimeout = deviceTimeout
        settings.retries = deviceMaxRetries
        settings.openRequestsMax = maxConcurrentCollections
        // The key is an upper bound: before a device's size is known, requests stay small.
        settings.pointsPerRequestMax = min(
            settings.pointsPerRequestMax, history.bulkRequestSize)
        settings.realtimeInterval = backgroundPollInterval
        settings.historyInterval = history.defaultTrendInterval
        settings.errorRetryInterval = collectorErrorRetry
        settings.alignment = collectionAlign == .strict ? .strict : .spread
        return settings
    }
}
