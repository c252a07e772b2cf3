import Almanac
import Metrics

/// Hands every figure to a metrics backend too. Once a process, before a store is opened.
func export(to backend: any MetricsFactory) {
    MetricsSystem.bootstrap(backend)
}

/// What a health route of a service would answer.
func showHealth(of history: DataManager) async throws(HistoryError) {
    let health = history.health()
    print("ready: \(await history.isReady())")
    print("hit rate known: \(health.cacheHitRate != nil)")
    for threshold in HealthThreshold.allCases {
        guard let value = threshold.value(in: health) else { continue }
        if threshold.level(of: value) != .ok { print("\(threshold.rawValue): \(value)") }
    }
    let forecast = try history.forecast()
    print("forecast: \(forecast != nil)")
}
