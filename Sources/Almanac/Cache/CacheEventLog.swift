import DurableFiles
import Logging
import Synchronization

/// Reports values that a cache does not take as they are to the log and the journal, once a minute at
/// most: a device whose clock is wrong has it wrong for each of its points and rounds.
final class CacheEventLog: Sendable {
    private struct State {
        /// The uptime at which the log was last told.
        var toldAt: Duration?
        var untoldCount = 0
    }

    private let logger: Logger
    private let time: any TimeSource
    private let journal: (@Sendable (Event) -> Void)?
    private let state = Guarded(State())

    private static let interval: Duration = .seconds(60)
    /// Clocks that a network keeps together are closer than this.
    private static let aheadMin: Duration = .seconds(1)

    /// - Parameters:
    ///   - logger: gets a line.
    ///   - time: says when the last minute began.
    ///   - journal: gets an event; nil for a store that is only read.
    init(
        _ logger: Logger, _ time: any TimeSource, _ journal: (@Sendable (Event) -> Void)? = nil
    ) {
        self.logger = logger
        self.time = time
        self.journal = journal
    }

    func note(_ event: CacheEvent) {
        if case .stampInFuture(let ahead) = event.kind, ahead < CacheEventLog.aheadMin { return }
        let uptime = time.uptime
        let others = state.withLock { state -> Int? in
            if let told = state.toldAt, uptime < told + CacheEventLog.interval {
                state.untoldCount += 1
                return nil
            }
            defer { state = State(toldAt: uptime) }
            return state.untoldCount
        }
        guard let others else { return }
        let message = "\(event)\(others > 0 ? "; \(others) more since the last report" : "")"
        logger.warning("\(message)")
        journal?(
            Event(
                at: time.now, .warning, kind: event.kind.word, subject: event.point.description,
                message,
                fields: [
                    "others": String(others), "timestamp": String(event.timestamp.milliseconds),
                ]))
    }
}

extension CacheEvent.Kind {
    /// The kind of the journal's event.
    fileprivate var word: String {
        switch self {
        case .stampInFuture: "stamp_in_future"
        case .notANumber: "not_a_number"
        }
    }
}
