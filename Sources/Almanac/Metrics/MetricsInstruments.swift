import Metrics

/// The figures as a metrics backend sees them; every name of one is spelled here.
struct MetricsInstruments: Sendable {
    let cacheHits: Counter
    let cacheMisses: Counter
    let cacheBytes: Meter
    let cacheEvictions: Counter

    let snapshots: Meter
    let queryTime: Timer
    let storeBytes: Meter

    let readingsSucceeded: Counter
    let readingsFailed: Counter
    let cycleTime: Timer
    let cyclesSucceeded: Counter
    let cyclesFailed: Counter

    let requestTime: Timer

    let ticksMissed: Counter
    let pollLag: Meter
    let quarantined: Counter
    let late: Counter
    let duplicates: Counter
    let logBytes: Meter
    let lastSyncAge: Meter
    let samples: Meter
    let series: Meter
    let diskUsed: Meter

    private let factory: any MetricsFactory

    init(_ factory: any MetricsFactory) {
        self.factory = factory
        func counter(_ name: String, result: String? = nil) -> Counter {
            Counter(
                label: "almanac_" + name, dimensions: result.map { [("result", $0)] } ?? [],
                factory: factory)
        }
        func meter(_ name: String) -> Meter { Meter(label: "almanac_" + name, factory: factory) }
        func timer(_ name: String) -> Timer { Timer(label: "almanac_" + name, factory: factory) }

        cacheHits = counter("cache_requests_total", result: "hit")
        cacheMisses = counter("cache_requests_total", result: "miss")
        cacheBytes = meter("cache_bytes")
        cacheEvictions = counter("cache_evictions_total")
        snapshots = meter("store_snapshots")
        queryTime = timer("query_seconds")
        storeBytes = meter("store_bytes")
        readingsSucceeded = counter("collection_readings_total", result: "success")
        readingsFailed = counter("collection_readings_total", result: "failure")
        cycleTime = timer("collection_seconds")
        cyclesSucceeded = counter("collection_cycles_total", result: "success")
        cyclesFailed = counter("collection_cycles_total", result: "failure")
        requestTime = timer("http_request_seconds")
        ticksMissed = counter("collection_ticks_missed_total")
        pollLag = meter("poll_lag_seconds")
        quarantined = counter("samples_quarantined_total")
        late = counter("samples_late_total")
        duplicates = counter("samples_duplicate_total")
        logBytes = meter("log_bytes")
        lastSyncAge = meter("last_sync_age_seconds")
        samples = meter("store_samples")
        series = meter("store_series")
        diskUsed = meter("disk_used_fraction")
    }

    func requests(route: String, code: String) -> Counter {
        Counter(
            label: "almanac_http_requests_total", dimensions: [("route", route), ("code", code)],
            factory: factory)
    }

    func set(_ gauges: HealthGauges) {
        cacheBytes.set(gauges.cacheByteCount)
        snapshots.set(gauges.databaseConnectionCount)
        pollLag.set(gauges.pollLag / .seconds(1))
        samples.set(gauges.sampleCount)
        series.set(gauges.seriesCount)
        // What is not known is not set: a zero would be a lie.
        if let byteCount = gauges.databaseByteCount { storeBytes.set(byteCount) }
        if let byteCount = gauges.logByteCount { logBytes.set(byteCount) }
        if let age = gauges.lastSyncAge { lastSyncAge.set(age / .seconds(1)) }
        if let fraction = gauges.diskUsedFraction { diskUsed.set(fraction) }
    }
}

extension Duration {
    /// Whole nanoseconds, up to what a timer takes.
    var nanoseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000)
    }
}
