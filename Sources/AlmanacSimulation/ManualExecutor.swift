internal import Dispatch
import DurableFiles
internal import DurableFiles
internal import Synchronization

/// Keeps jobs until somebody runs them.
final class ManualExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Somebody waits for the next one.
        var isAwaited = false
    }

    private let state = Guarded(State())
    private let arrival = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wasAwaited = state.withLock { state in
            state.jobs.append(job)
            defer { state.isAwaited = false }
            return state.isAwaited
        }
        if wasAwaited { arrival.signal() }
    }

    /// Runs what there is and what that adds, in order, on this thread.
    func runAll() {
        while true {
            let batch = state.withLock { state in
                defer { state.jobs = [] }
                return state.jobs
            }
            if batch.isEmpty { return }
            // The reference without a count lives no longer than this call, which holds the executor.
            for job in batch {
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            }
        }
    }

    /// Returns when there is something to run.
    func waitForOne() {
        let mustWait = state.withLock { state in
            state.isAwaited = state.jobs.isEmpty
            return state.isAwaited
        }
        if mustWait { arrival.wait() }
    }
}
