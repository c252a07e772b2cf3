import Dispatch
import Synchronization

/// A few named threads of our own, for calls that wait for a lock or for the disk.
///
/// Swift runs all tasks of a process on as many threads as there are cores, and on Linux every
/// concurrent dispatch queue shares them. A call that waits on one of these threads stops a share of
/// everything asynchronous in the process, and one such call per core stops all of it.
///
/// Jobs begin in the order in which they were added. A thread is started when a job finds none idle,
/// up to a bound, and ends after some idle seconds. When the object is released its threads finish
/// what was added, and end.
package final class BlockingThreads: Sendable {
    /// Why a job was not run.
    package enum Refusal: Error, Hashable, Sendable {
        /// As many jobs wait as may.
        case full
        /// The caller's task was cancelled before the job began.
        case cancelled
        /// ``close()`` was called.
        case closed
        /// The system starts no thread, and none is there.
        case noThread
    }

    private let queue: JobQueue

    /// - Parameters:
    ///   - name: of the threads, as `top -H` shows it: 15 bytes at most.
    ///   - threadCountMax: jobs that run at the same time.
    ///   - waitingCountMax: jobs that wait for a thread; one more is refused.
    ///   - idleSeconds: after which a thread without a job ends.
    package init(
        name: String, threadCountMax: Int, waitingCountMax: Int = 10_000, idleSeconds: Int = 10
    ) {
        precondition(threadCountMax >= 1, "threads are needed to run anything")
        queue = JobQueue(
            name: name, threadCountMax: threadCountMax, waitingCountMax: waitingCountMax,
            idleSeconds: idleSeconds)
    }

    deinit { queue.close() }

    /// Runs the closure on one of the threads; the calling task is suspended until it returns.
    ///
    /// - Parameter isCancellable: whether a cancellation takes the job out of the queue. A job that
    ///   has begun always runs to its end.
    package func run<Result: Sendable>(
        isCancellable: Bool = false, _ body: @escaping @Sendable () -> Result
    ) async throws(Refusal) -> Result {
        let outcome: Swift.Result<Result, Refusal> = await OutsideWaits.observed {
            await self.outcome(isCancellable, body)
        }
        return try outcome.get()
    }

    private func outcome<Result: Sendable>(
        _ isCancellable: Bool, _ body: @escaping @Sendable () -> Result
    ) async -> Swift.Result<Result, Refusal> {
        let ticket = queue.makeTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.add(
                    JobQueue.Job(
                        ticket: ticket, run: { continuation.resume(returning: .success(body())) },
                        refuse: { continuation.resume(returning: .failure($0)) }),
                    unless: { isCancellable && Task.isCancelled })
            }
        } onCancel: {
            if isCancellable { queue.cancel(ticket) }
        }
    }

    /// Has the closure run on one of the threads, and returns at once.
    ///
    /// - Returns: whether it will be run.
    @discardableResult
    package func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        queue.add(
            JobQueue.Job(ticket: queue.makeTicket(), run: body, refuse: { _ in }),
            unless: { false })
    }

    /// Refuses new jobs; those that were added are run. Returns at once, and twice is harmless.
    package func close() { queue.close() }

    /// Threads that run or wait for a job.
    package var threadCount: Int { queue.threadCount }

    /// Jobs that wait for a thread.
    package var waitingCount: Int { queue.waitingCount }
}

/// The jobs of some threads, and the loop that these run. Threads hold it and not their owner, whose
/// release ends them.
private final class JobQueue: Sendable {
    struct Job: Sendable {
        var ticket: UInt64
        var run: @Sendable () -> Void
        var refuse: @Sendable (BlockingThreads.Refusal) -> Void
    }

    private struct State {
        /// By ticket; a cancelled one is missing here and is still in ``order``.
        var jobs: [UInt64: Job] = [:]
        var order: [UInt64] = []
        /// Tickets of ``order`` that were taken.
        var takenCount = 0
        var lastTicket: UInt64 = 0
        var threadCount = 0
        var busyCount = 0
        var isClosed = false
    }

    private let name: String
    private let threadCountMax: Int
    private let waitingCountMax: Int
    private let state = Guarded(State())
    /// Signalled once per job, and once per thread when the queue is closed.
    private let arrival = DispatchSemaphore(value: 0)

    private let idleSeconds: Int

    init(name: String, threadCountMax: Int, waitingCountMax: Int, idleSeconds: Int) {
        self.idleSeconds = idleSeconds
        self.name = name
        self.threadCountMax = threadCountMax
        self.waitingCountMax = waitingCountMax
    }

    var threadCount: Int { state.withLock { $0.threadCount } }
    var waitingCount: Int { state.withLock { $0.jobs.count } }

    func makeTicket() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    private enum Admission {
        case refused(BlockingThreads.Refusal)
        case added(needsThread: Bool)
    }

    /// - Parameter isCancelled: called in the lock: a cancellation that comes later finds the job.
    /// - Returns: whether the job was added.
    @discardableResult
    func add(_ job: Job, unless isCancelled: () -> Bool) -> Bool {
        let admission = state.withLock { state -> Admission in
            if isCancelled() { return .refused(.cancelled) }
            if state.isClosed { return .refused(.closed) }
            guard state.jobs.count < waitingCountMax else { return .refused(.full) }
            state.jobs[job.ticket] = job
            state.order.append(job.ticket)
            let idleCount = state.threadCount - state.busyCount
            guard state.jobs.count > idleCount, state.threadCount < threadCountMax else {
                return .added(needsThread: false)
            }
            state.threadCount += 1
            return .added(needsThread: true)
        }
        switch admission {
        case .refused(let refusal):
            job.refuse(refusal)
            return false
        case .added(let needsThread):
            arrival.signal()
            return needsThread ? startThread(for: job.ticket) : true
        }
    }

    func cancel(_ ticket: UInt64) { take(ticket)?.refuse(.cancelled) }

    func close() {
        let count = state.withLock { state in
            state.isClosed = true
            return state.threadCount
        }
        for _ in 0..<count { arrival.signal() }
    }

    private func take(_ ticket: UInt64) -> Job? {
        state.withLock { $0.jobs.removeValue(forKey: ticket) }
    }

    /// - Returns: whether the job will be run: by the new thread, or by another one.
    private func startThread(for ticket: UInt64) -> Bool {
        if DetachedThread.start(name: name, { [self] in work() }) { return true }
        let isAlone = state.withLock { state in
            state.threadCount -= 1
            return state.threadCount == 0
        }
        guard isAlone, let job = take(ticket) else { return true }
        job.refuse(.noThread)
        return false
    }

    /// Runs jobs until the queue is closed or no job has come for a while.
    private func work() {
        while true {
            let isOver = arrival.wait(timeout: .now() + .seconds(idleSeconds)) == .timedOut
            while let job = next() {
                job.run()
                state.withLock { $0.busyCount -= 1 }
            }
            let isDone = state.withLock { state in
                guard state.jobs.isEmpty, isOver || state.isClosed else { return false }
                state.threadCount -= 1
                return true
            }
            if isDone { return }
        }
    }

    private func next() -> Job? {
        state.withLock { state in
            while state.takenCount < state.order.count {
                let ticket = state.order[state.takenCount]
                state.takenCount += 1
                // What was taken is given back once it is half, so that each ticket is moved once.
                if state.takenCount * 2 >= state.order.count {
                    state.order.removeFirst(state.takenCount)
                    state.takenCount = 0
                }
                guard let job = state.jobs.removeValue(forKey: ticket) else { continue }
                state.busyCount += 1
                return job
            }
            return nil
        }
    }
}
