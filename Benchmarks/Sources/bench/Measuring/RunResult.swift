import BenchReport
import Foundation

/// What was measured of one engine: metrics with one figure a repetition, and the answers they rest
/// on. Its JSON is the result file.
struct RunResult: Codable {
    struct Metric: Codable {
        var unit: String
        var p50: [Double] = []
        var p99: [Double]?
        var n: Int?

        /// The middle of the repetitions.
        var median: Double { p50.sorted()[p50.count / 2] }
    }

    var peer: String
    var version: String
    var settings: String
    var series = 0
    var samples = 0
    var info: [String: String] = [:]
    private(set) var metrics: [String: Metric] = [:]
    private(set) var check: [String: [Double]] = [:]

    init(peer: String, version: String, settings: String) {
        self.peer = peer
        self.version = version
        self.settings = settings
    }

    init(of engine: any Engine) {
        self.init(peer: engine.name, version: engine.version, settings: engine.settings)
    }

    /// One repetition of a latency: nanoseconds of each operation.
    mutating func add(_ name: String, nanoseconds: [UInt64], unit: String = "us") {
        guard !nanoseconds.isEmpty else { return }
        let sorted = nanoseconds.sorted()
        let scale = unit == "ms" ? 1e6 : 1e3
        var metric = metrics[name] ?? Metric(unit: unit)
        metric.n = sorted.count
        metric.p50.append(Double(sorted[sorted.count / 2]) / scale)
        let late = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        metric.p99 = (metric.p99 ?? []) + [Double(late) / scale]
        metrics[name] = metric
    }

    mutating func add(_ name: String, _ value: Double, unit: String) {
        metrics[name, default: Metric(unit: unit)].p50.append(value)
    }

    mutating func check(_ name: String, _ answers: [Double]) { check[name] = answers }

    /// Takes over what another process measured of the same engine.
    mutating func add(_ other: RunResult) {
        metrics.merge(other.metrics) { _, new in new }
        check.merge(other.check) { _, new in new }
        info.merge(other.info) { _, new in new }
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: URL(fileURLWithPath: path))
    }
}

extension RunResult {
    /// Every sum must agree within this part of its size: engines add in different orders.
    static let relativeTolerance = 1e-9

    /// - Throws: ``WrongAnswer`` for the first answer that disagrees, or that nobody expected.
    func compare(with expected: [String: [Double]]) throws {
        for (name, answers) in check {
            guard let wanted = expected[name], wanted.count == answers.count else {
                throw WrongAnswer("\(peer), \(name): \(answers) found, nothing to compare with")
            }
            for (found, wanted) in zip(answers, wanted) {
                let tolerance = RunResult.relativeTolerance * max(1, abs(wanted))
                guard abs(found - wanted) <= tolerance else {
                    throw WrongAnswer("\(peer), \(name): \(found) found, \(wanted) expected")
                }
            }
        }
    }

    private static let order = [
        "ingest_sps", "bytes_per_sample", "ingest_again_sps", "append_tick", "raw_tick", "lookup",
        "latest", "range1000", "scan_agg", "scan_agg_decoded", "scan_day", "dash", "fullscan_sps",
        "open", "open_writer_clean", "open_after_kill", "open_after_kill_reader", "rss_anon_mb",
        "fullscan_rss_mb", "idle_rss_mb", "idle_writer_rss_mb",
    ]

    /// The names of metrics in the order in which they are shown.
    static func sorted(_ names: some Sequence<String>) -> [String] {
        names.sorted {
            (order.firstIndex(of: $0) ?? order.count, $0)
                < (order.firstIndex(of: $1) ?? order.count, $1)
        }
    }

    func print() { Swift.print(table.text) }
}
