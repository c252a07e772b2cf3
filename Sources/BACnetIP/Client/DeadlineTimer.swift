/// The one timer of somebody who keeps many deadlines: wakes no later than the earliest.
///
/// One that wakes too early finds nothing due and goes back to sleep, which is cheaper than a new
/// timer for each deadline. A value, kept under its owner's lock.
package struct DeadlineTimer: Sendable {
    private let clock: any BACnetClock
    private let executor: (any TaskExecutor)?
    /// What the timer waits for.
    private var deadline: Duration?
    private var task: Task<Void, Never>?

    package init(clock: any BACnetClock, executor: (any TaskExecutor)?) {
        self.clock = clock
        self.executor = executor
    }

    /// Has `wake` called no later than `next`, with what ``hasWoken(from:)`` wants to know.
    package mutating func arm(
        for next: Duration?, _ wake: @escaping @Sendable (Duration) -> Void
    ) {
        guard let next else { return }
        if let deadline, deadline <= next { return }
        task?.cancel()
        deadline = next
        let sleep: @Sendable () async -> Void = { [clock] in
            do { try await clock.sleep(until: next) } catch { return }
            wake(next)
        }
        task =
            if let executor {
                Task(executorPreference: executor) { await sleep() }
            } else {
                Task { await sleep() }
            }
    }

    /// The timer for this deadline is over; the next call of ``arm(for:_:)`` sets another.
    package mutating func hasWoken(from woken: Duration) {
        if deadline == woken { deadline = nil }
    }

    package mutating func cancel() {
        task?.cancel()
        task = nil
        deadline = nil
    }
}
