import DurableFiles
import Logging
import Synchronization

/// Tells the log of values that a cache does not take as they are, once a minute at most: a device
/// whose clock is wrong has it wrong for each of its points and rounds.
final class CacheEventLog: Sendable {
    private struct State {
        /// The uptime at which the log was last told.
        var toldAt: Duration?
        var untoldCount = 0
    }

    private let logger: Logger
    private let time: any TimeSource
    private let state = Guarded(State())

    private static let interval: Duration = .seconds(60)
    /// Clocks of devices are never quite right.
    private static let aheadMin: Duration = .seconds(60)

    init(_ logger: Logger, _ time: any TimeSource) {
        self.logger = logger
        self.time = time
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
        logger.warning("\(event)\(others > 0 ? "; \(others) more since the last was told" : "")")
    }
}
