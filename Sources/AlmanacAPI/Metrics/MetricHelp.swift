/// One sentence for each metric.
enum MetricHelp {
    static func text(of name: String) -> String { texts[name] ?? "A figure of the process." }

    private static let texts = [
        "almanac_cache_requests_total": "Questions to the realtime cache by result.",
        "almanac_cache_bytes": "Memory of the realtime cache.",
        "almanac_cache_evictions_total": "Values that left the cache because it was full.",
        "almanac_store_snapshots": "Open snapshots of the store and its writer.",
        "almanac_query_seconds": "Time of queries to the store; quick ones are sampled.",
        "almanac_store_bytes": "Size of the store's files.",
        "almanac_store_samples": "Samples in the store.",
        "almanac_store_series": "Points with samples in the store.",
        "almanac_collection_readings_total": "Points asked of devices by result.",
        "almanac_collection_seconds": "Time of a device's tick from request to stored.",
        "almanac_collection_cycles_total": "Ticks of devices by result.",
        "almanac_collection_ticks_missed_total": "Ticks skipped while the one before was read.",
        "almanac_http_requests_total": "HTTP requests by route and status.",
        "almanac_http_request_seconds": "Time from an HTTP request to its reply.",
        "almanac_poll_lag_seconds": "Delay of the last round of the realtime poll.",
        "almanac_samples_quarantined_total": "Samples refused for an impossible time.",
        "almanac_samples_late_total": "Samples older than the newest of their point.",
        "almanac_samples_duplicate_total": "Samples that were stored already.",
        "almanac_log_bytes": "Bytes of the write-ahead log in use.",
        "almanac_last_sync_age_seconds": "Time since the log was last synced.",
        "almanac_disk_used_fraction": "Used part of the file system, 0 to 1.",
    ]
}
