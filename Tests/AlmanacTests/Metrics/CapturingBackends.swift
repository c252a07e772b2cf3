import Almanac
import Logging
import Metrics
import Synchronization

/// Clocks that are turned by hand.
final class HandTime: TimeSource {
    private let passed = Mutex(Duration.zero)
    private let start = Timestamp("2025-01-10T12:00:00Z")!

    var now: Timestamp {
        Timestamp(milliseconds: start.milliseconds + uptime.components.seconds * 1000)
    }

    // Not zero, as after a real start.
    var uptime: Duration { .seconds(5000) + passed.withLock { $0 } }

    func pass(_ duration: Duration) { passed.withLock { $0 += duration } }

    func sleep(until deadline: Duration) async throws {
        passed.withLock { $0 = max($0, deadline - .seconds(5000)) }
    }
}

/// Keeps what a metrics backend is told, by label and dimensions: `name{key=value}`.
final class CapturingMetrics: MetricsFactory {
    /// One instrument of any kind.
    final class Instrument: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
        private let values = Mutex<[Double]>([])

        /// All that was recorded or set, and of counters what was added.
        var all: [Double] { values.withLock { $0 } }
        var sum: Double { all.reduce(0, +) }

        func increment(by amount: Int64) { values.withLock { $0.append(Double(amount)) } }
        func reset() { values.withLock { $0 = [] } }
        func set(_ value: Int64) { set(Double(value)) }
        func set(_ value: Double) { values.withLock { $0 = [value] } }
        func increment(by amount: Double) { values.withLock { $0.append(amount) } }
        func decrement(by amount: Double) { values.withLock { $0.append(-amount) } }
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { values.withLock { $0.append(value) } }
        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    }

    private let instruments = Mutex<[String: Instrument]>([:])

    subscript(name: String) -> Instrument? { instruments.withLock { $0[name] } }
    var names: [String] { instruments.withLock { $0.keys.sorted() } }

    private func make(_ label: String, _ dimensions: [(String, String)]) -> Instrument {
        let inner = dimensions.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
        let name = inner.isEmpty ? label : "\(label){\(inner)}"
        return instruments.withLock { all in
            let instrument = all[name] ?? Instrument()
            all[name] = instrument
            return instrument
        }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        make(label, dimensions)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        make(label, dimensions)
    }

    func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { make(label, dimensions) }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        make(label, dimensions)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

/// Keeps log lines.
final class CapturingLog: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: Logger.Metadata
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }

    var logger: Logger {
        Logger(label: "almanac.test") { _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: CapturingLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        init(log: CapturingLog) { self.log = log }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = Line(
                level: event.level, message: event.message.description,
                metadata: event.metadata ?? [:])
            log.kept.withLock { $0.append(line) }
        }
    }
}
