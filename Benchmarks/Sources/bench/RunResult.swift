import Foundation

/// The result file of a run: metrics with one figure a repetition, and the answers they rest on.
struct RunResult {
    struct Metric: Encodable {
        var unit: String
        var p50: [Double] = []
        var p99: [Double]?
        var n: Int?
    }

    private struct File: Encodable {
        var peer = "almanac"
        var version = "1"
        var settings = "defaults"
        var series: Int
        var samples: Int
        var info: [String: String]
        var metrics: [String: Metric]
        var check: [String: [Double]]
    }

    private(set) var metrics: [String: Metric] = [:]
    private(set) var check: [String: [Double]] = [:]
    private(set) var order: [String] = []

    /// One repetition of a latency: nanoseconds of each operation.
    mutating func add(_ name: String, nanoseconds: [UInt64], unit: String = "us") {
        guard !nanoseconds.isEmpty else { return }
        let sorted = nanoseconds.sorted()
        let scale = unit == "ms" ? 1e6 : 1e3
        note(name, unit)
        metrics[name]!.n = sorted.count
        metrics[name]!.p50.append(Double(sorted[sorted.count / 2]) / scale)
        metrics[name]!.p99 =
            (metrics[name]!.p99 ?? []) + [
                Double(sorted[min(sorted.count - 1, sorted.count * 99 / 100)]) / scale
            ]
    }

    mutating func add(_ name: String, _ value: Double, unit: String) {
        note(name, unit)
        metrics[name]!.p50.append(value)
    }

    private mutating func note(_ name: String, _ unit: String) {
        guard metrics[name] == nil else { return }
        metrics[name] = Metric(unit: unit)
        order.append(name)
    }

    mutating func check(_ name: String, _ answers: [Double]) { check[name] = answers }

    func write(to path: String, series: Int, samples: Int, info: [String: String]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let file = File(
            series: series, samples: samples, info: info, metrics: metrics, check: check)
        try encoder.encode(file).write(to: URL(fileURLWithPath: path))
    }

    func print() {
        for name in order {
            let metric = metrics[name]!
            let p50 = metric.p50.sorted()[metric.p50.count / 2]
            let p99 = metric.p99.map { $0.sorted()[$0.count / 2] }
            Swift.print(
                name.padding(toLength: 20, withPad: " ", startingAt: 0)
                    + number(p50) + (p99.map { "   p99 " + number($0) } ?? "") + " " + metric.unit)
        }
    }

    private func number(_ value: Double) -> String {
        value >= 1000 ? String(format: "%14.0f", value) : String(format: "%14.4f", value)
    }
}
