import Synchronization

/// Times queries so that timing costs a few hundredths of them at most.
///
/// Two looks at the clock and a note in the recorder take some 200 ns. Queries that may be over in a
/// microsecond are therefore timed one in sixteen, which stands for the others; look-ups of a single
/// value, of which a service answers a million a second, not at all.
final class QueryMeter: Sendable {
    private let recorder: MetricsRecorder?
    private let time: any TimeSource
    private let count = Atomic<UInt>(0)

    /// A power of two.
    private static let sampledOneIn: UInt = 16

    /// - Parameter recorder: without one, nothing is timed.
    init(_ recorder: MetricsRecorder? = nil, _ time: any TimeSource = .system) {
        self.recorder = recorder
        self.time = time
    }

    /// Times a query that takes ten microseconds and more.
    func measure<Result>(
        _ body: () throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        try measure(standingFor: 1, body)
    }

    /// Times a quick query one time in sixteen, the first included.
    func sample<Result>(
        _ body: () throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        let number = count.add(1, ordering: .relaxed).oldValue
        guard number % QueryMeter.sampledOneIn == 0 else { return try body() }
        return try measure(standingFor: Int(QueryMeter.sampledOneIn), body)
    }

    private func measure<Result>(
        standingFor count: Int, _ body: () throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        guard let recorder else { return try body() }
        let start = time.uptime
        defer { recorder.recordQuery(duration: time.uptime - start, standingFor: count) }
        return try body()
    }
}
