import Almanac
import DurableFiles
import Synchronization

/// Runs tasks one at a time on one thread, and moves a ``ManualTime`` on whenever all of them wait.
///
/// What a test runs in here has one order of events, the same in every run, however long it sleeps.
final class VirtualRun: Sendable {
    let time: ManualTime
    let executor = ManualExecutor()

    init(time: ManualTime = ManualTime()) { self.time = time }

    struct Stuck: Error {}

    /// Runs `body` and what it starts on ``executor`` until `body` is done.
    ///
    /// - Throws: ``Stuck`` where everything waits and nobody sleeps, and what `body` throws.
    func run<Answer: Sendable>(
        _ body: @escaping @Sendable () async throws -> Answer
    ) throws -> Answer {
        let box = Box<Answer>()
        Task(executorPreference: executor) {
            do { box.put(.success(try await body())) } catch { box.put(.failure(error)) }
        }
        while true {
            executor.runAll()
            if let outcome = box.take() { return try outcome.get() }
            guard time.wakeNext() else { throw Stuck() }
        }
    }

    private final class Box<Answer: Sendable>: Sendable {
        private let outcome = Guarded<Result<Answer, any Error>?>(nil)

        func put(_ result: Result<Answer, any Error>) { outcome.withLock { $0 = result } }
        func take() -> Result<Answer, any Error>? { outcome.withLock { $0 } }
    }
}

/// Keeps jobs until somebody runs them.
final class ManualExecutor: TaskExecutor {
    private let jobs = Guarded<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Runs what there is and what that adds, in order, on this thread.
    func runAll() {
        while true {
            let batch = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            if batch.isEmpty { return }
            for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
