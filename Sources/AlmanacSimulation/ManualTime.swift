public import Almanac
public import BACnetIP
import DurableFiles
internal import DurableFiles
internal import Synchronization

/// Clocks that move when somebody says so, and never by themselves: for tests and simulations.
///
/// Sleepers wake in the order of their deadlines, those of one deadline in the order in which they
/// lay down.
public final class ManualTime: TimeSource, BACnetClock {
    fileprivate struct Sleeper {
        let deadline: Duration
        let number: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    fileprivate struct State {
        var uptime: Duration = .zero
        /// The wall clock at uptime zero. Adding each step to the wall clock itself would lose a part
        /// of a millisecond a step.
        var origin: Timestamp
        var wall: Timestamp { origin + uptime }
        var lastNumber: UInt64 = 0
        /// Latest deadline first.
        var sleepers: [Sleeper] = []
    }

    private let state: Guarded<State>

    public init(start: Timestamp = Timestamp("2025-03-03T00:00:00Z")!) {
        state = Guarded(State(origin: start))
    }

    public var now: Timestamp { state.withLock { $0.wall } }
    public var uptime: Duration { state.withLock { $0.uptime } }
    /// How many sleep now.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves both clocks, waking whoever is due on the way.
    public func advance(by duration: Duration) {
        let end = uptime + duration
        while let next = nextDeadline, next <= end { wakeNext() }
        state.withLock { $0.uptime = end }
    }

    /// The same up to a moment of the wall clock.
    public func advance(to moment: Timestamp) {
        advance(by: .milliseconds(moment.milliseconds - now.milliseconds))
    }

    /// Sets the wall clock alone, as a person or a time server does.
    public func setWall(by duration: Duration) {
        state.withLock { $0.origin = $0.origin + duration }
    }

    /// The uptime at which the next sleeper wakes.
    public var nextDeadline: Duration? { state.withLock { $0.sleepers.last?.deadline } }

    /// Moves both clocks to the next deadline and wakes its sleeper; `false` where nobody sleeps.
    @discardableResult public func wakeNext() -> Bool {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let sleeper = state.sleepers.popLast() else { return nil }
            state.uptime = max(sleeper.deadline, state.uptime)
            return sleeper
        }
        sleeper?.continuation.resume()
        return sleeper != nil
    }

    public func sleep(until deadline: Duration) async throws {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let sleeper = Sleeper(
                    deadline: deadline, number: number, continuation: continuation)
                lieDown(sleeper)
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                let index = state.sleepers.firstIndex { $0.number == number }
                return index.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    private func lieDown(_ sleeper: Sleeper) {
        let ended = state.withLock { state -> Result<Void, any Error>? in
            if Task.isCancelled { return .failure(CancellationError()) }
            if sleeper.deadline <= state.uptime { return .success(()) }
            var low = 0
            var high = state.sleepers.count
            while low < high {
                let middle = (low + high) / 2
                let other = state.sleepers[middle]
                let isLater = (other.deadline, other.number) > (sleeper.deadline, sleeper.number)
                if isLater { low = middle + 1 } else { high = middle }
            }
            state.sleepers.insert(sleeper, at: low)
            return nil
        }
        if let ended { sleeper.continuation.resume(with: ended) }
    }
}
