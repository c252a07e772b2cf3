import DurableFiles
public import Metrics
import Synchronization
import TimeSeriesModel

/// A backend of swift-metrics that prints what it holds in Prometheus' text format, version 0.0.4.
///
/// Bootstrap it once (`MetricsSystem.bootstrap`), before a store is opened. Counters and meters are one
/// series per label set, timers a histogram of seconds. Series are few: labels are routes and results,
/// never points.
public final class PrometheusRegistry: MetricsFactory, Sendable {
    fileprivate struct Key: Hashable {
        let name: String
        /// `{result="hit"}`, or empty.
        let labels: String
    }

    private let counters = Guarded<[Key: PrometheusCounter]>([:])
    private let gauges = Guarded<[Key: PrometheusGauge]>([:])
    private let histograms = Guarded<[Key: PrometheusHistogram]>([:])

    public init() {}

    public func makeCounter(
        label: String, dimensions: [(String, String)]
    ) -> any CounterHandler { find(label, dimensions, in: counters, PrometheusCounter.init) }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        find(label, dimensions, in: counters, PrometheusCounter.init)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        find(label, dimensions, in: gauges, PrometheusGauge.init)
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { find(label, dimensions, in: gauges, PrometheusGauge.init) }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, in: histograms, PrometheusHistogram.init)
    }

    // Counts go on when the last holder of an instrument has gone.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func find<Instrument>(
        _ label: String, _ dimensions: [(String, String)],
        in known: borrowing Guarded<[Key: Instrument]>, _ make: () -> Instrument
    ) -> Instrument {
        let key = Key(
            name: PrometheusRegistry.name(label), labels: PrometheusRegistry.labels(dimensions))
        return known.withLock { known in
            if let instrument = known[key] { return instrument }
            let instrument = make()
            known[key] = instrument
            return instrument
        }
    }

    /// Everything, by name.
    public var text: String {
        var families: [String: (type: String, lines: [String])] = [:]
        for (key, counter) in counters.withLock({ $0 }) {
            families[key.name, default: ("counter", [])].lines.append(
                "\(key.name)\(key.labels) \(NumberText.text(counter.value))")
        }
        for (key, gauge) in gauges.withLock({ $0 }) {
            guard let value = gauge.value else { continue }
            families[key.name, default: ("gauge", [])].lines.append(
                "\(key.name)\(key.labels) \(NumberText.text(value))")
        }
        for (key, histogram) in histograms.withLock({ $0 }) {
            families[key.name, default: ("histogram", [])].lines +=
                histogram.lines(key.name, key.labels)
        }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            let help = MetricHelp.text(of: name)
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(family.type)\n"
            // Lines of a histogram stay in their order.
            let lines = family.type == "histogram" ? family.lines : family.lines.sorted()
            text += lines.map { $0 + "\n" }.joined()
        }
        return text
    }

    /// Only what a name may contain.
    private static func name(_ label: String) -> String {
        String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
    }

    private static func labels(_ dimensions: [(String, String)]) -> String {
        guard !dimensions.isEmpty else { return "" }
        let pairs = dimensions.map { label, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(name(label))=\"\(escaped)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }
}

private final class PrometheusCounter: CounterHandler, FloatingPointCounterHandler {
    private let total = Guarded(0.0)

    var value: Double { total.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { total.withLock { $0 += max(0, amount) } }
    func reset() { total.withLock { $0 = 0 } }
}

private final class PrometheusGauge: MeterHandler, RecorderHandler {
    private let last = Guarded<Double?>(nil)

    /// Nil before the first.
    var value: Double? { last.withLock { $0 } }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { last.withLock { $0 = value } }
    func increment(by amount: Double) { last.withLock { $0 = ($0 ?? 0) + amount } }
    func decrement(by amount: Double) { increment(by: -amount) }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
}

private final class PrometheusHistogram: TimerHandler {
    /// Upper bounds in seconds: from a cached value to a slow device.
    private static let bounds = [
        0.000_01, 0.000_1, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30,
    ]

    private struct State {
        var counts = [Int](repeating: 0, count: PrometheusHistogram.bounds.count + 1)
        var sum = 0.0
    }

    private let state = Guarded(State())

    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(duration) / 1e9
        let place = PrometheusHistogram.bounds.firstIndex { seconds <= $0 }
        state.withLock { state in
            state.counts[place ?? PrometheusHistogram.bounds.count] += 1
            state.sum += seconds
        }
    }

    /// Cumulative buckets, sum and count.
    func lines(_ name: String, _ labels: String) -> [String] {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        let inner = labels.isEmpty ? "" : labels.dropFirst().dropLast() + ","
        var total = 0
        var lines: [String] = []
        for (bound, count) in zip(PrometheusHistogram.bounds, counts) {
            total += count
            lines.append("\(name)_bucket{\(inner)le=\"\(NumberText.text(bound))\"} \(total)")
        }
        total += counts[counts.count - 1]
        lines.append("\(name)_bucket{\(inner)le=\"+Inf\"} \(total)")
        lines.append("\(name)_sum\(labels) \(NumberText.text(sum))")
        lines.append("\(name)_count\(labels) \(total)")
        return lines
    }
}
