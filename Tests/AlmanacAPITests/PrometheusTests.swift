import AlmanacAPI
import Metrics
import Testing

@Suite("Prometheus' text format") struct PrometheusTests {
    @Test("has each series once, with help and type per family, and cumulative buckets")
    func text() {
        let registry = PrometheusRegistry()
        for _ in 0..<2 {
            Counter(
                label: "almanac_cache_requests_total", dimensions: [("result", "hit")],
                factory: registry
            ).increment(by: 2)
        }
        Counter(
            label: "almanac_http_requests_total",
            dimensions: [("route", "a\"b\\c\nd"), ("code", "200")], factory: registry
        ).increment()
        Meter(label: "almanac_store_bytes", factory: registry).set(12.5)
        _ = Meter(label: "almanac_log_bytes", factory: registry)
        let timer = Timer(label: "almanac_query_seconds", factory: registry)
        timer.recordNanoseconds(50_000)
        timer.recordNanoseconds(40_000_000)
        timer.recordNanoseconds(100_000_000_000)
        let lines = registry.text.split(separator: "\n").map(String.init)
        #expect(lines.contains("almanac_cache_requests_total{result=\"hit\"} 4"))
        #expect(
            lines.contains(
                #"almanac_http_requests_total{route="a\"b\\c\nd",code="200"} 1"#))
        #expect(lines.contains("almanac_store_bytes 12.5"))
        #expect(lines.contains("# TYPE almanac_query_seconds histogram"))
        #expect(lines.contains("almanac_query_seconds_bucket{le=\"0.0001\"} 1"))
        #expect(lines.contains("almanac_query_seconds_bucket{le=\"0.05\"} 2"))
        #expect(lines.contains("almanac_query_seconds_bucket{le=\"30\"} 2"))
        #expect(lines.contains("almanac_query_seconds_bucket{le=\"+Inf\"} 3"))
        #expect(lines.contains("almanac_query_seconds_count 3"))
        // What was never set has no value.
        #expect(!registry.text.contains("almanac_log_bytes"))
        let families = lines.filter { $0.hasPrefix("# TYPE") }
        #expect(families.count == Set(families).count)
        #expect(Set(lines).count == lines.count)
    }
}
