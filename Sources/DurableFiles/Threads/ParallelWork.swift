import Dispatch
import Glibc
import Synchronization

/// Work on all cores that leaves the threads of Swift's tasks alone.
///
/// `DispatchQueue.concurrentPerform` takes its helpers from the threads that run tasks on Linux. A
/// merge that reads and encodes for minutes would take these from everything asynchronous.
package enum ParallelWork {
    /// One thread per core but the caller's; all callers of the process share them.
    private static let threads = BlockingThreads(
        name: "almanac-work", threadCountMax: max(1, coreCount - 1), waitingCountMax: 1000)

    /// Cores of this machine that are online.
    package static let coreCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Runs the closure once for each number below a count, on the calling thread and on helpers,
    /// and returns after all have returned. Without an idle helper the caller does all of it.
    package static func perform(_ count: Int, _ body: @Sendable (Int) -> Void) {
        let helperCount = min(count, coreCount) - 1
        guard helperCount > 0 else {
            for index in 0..<count { body(index) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let share = SharedCount(upTo: count, body)
            for _ in 0..<helperCount { threads.start { share.help() } }
            share.workAndWait()
        }
    }
}

/// Numbers that several threads take in turn.
private final class SharedCount: Sendable {
    private struct State {
        var next = 0
        /// Helpers that have begun and are not done.
        var helperCount = 0
        /// Nil when the caller is about to return: a helper that comes later finds nothing to do.
        var body: (@Sendable (Int) -> Void)?
        var isCallerWaiting = false
    }

    private let count: Int
    private let state: Guarded<State>
    private let lastHelper = DispatchSemaphore(value: 0)

    init(upTo count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.count = count
        state = Guarded(State(body: body))
    }

    /// Takes numbers until none is left.
    func help() {
        guard workAsHelper() else { return }
        let isLast = state.withLock { state in
            state.helperCount -= 1
            return state.helperCount == 0 && state.isCallerWaiting
        }
        if isLast { lastHelper.signal() }
    }

    /// A function of its own: on its return this thread holds the caller's closure no more, which
    /// must not outlive the call.
    private func workAsHelper() -> Bool {
        let body = state.withLock { state -> (@Sendable (Int) -> Void)? in
            guard let body = state.body, state.next < count else { return nil }
            state.helperCount += 1
            return body
        }
        guard let body else { return false }
        work(body)
        return true
    }

    func workAndWait() {
        if let body = state.withLock({ $0.body }) { work(body) }
        let mustWait = state.withLock { state in
            state.body = nil
            state.isCallerWaiting = state.helperCount > 0
            return state.isCallerWaiting
        }
        if mustWait { lastHelper.wait() }
    }

    private func work(_ body: @Sendable (Int) -> Void) {
        while true {
            let index = state.withLock { state in
                defer { state.next += 1 }
                return state.next
            }
            guard index < count else { return }
            body(index)
        }
    }
}
