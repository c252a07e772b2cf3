import DurableFiles
internal import DurableFiles
internal import Synchronization

/// Runs tasks one at a time on one thread, and moves a ``ManualTime`` on whenever all of them wait.
///
/// What runs in here has one order of events, the same in every run, however long it sleeps: a day of
/// a site takes seconds.
public final class VirtualRun: Sendable {
    public let time: ManualTime
    /// Where everything runs; to be given to whatever starts tasks of its own.
    public var executor: any TaskExecutor { jobs }

    private let jobs = ManualExecutor()
    private let outsideCount = Guarded(0)

    public init(time: ManualTime = ManualTime()) { self.time = time }

    /// Everything waits, and nobody sleeps.
    public struct Stuck: Error {}

    /// Runs `body` and what it starts on ``executor`` until `body` is done.
    ///
    /// - Throws: ``Stuck`` where everything waits and nobody sleeps, and what `body` throws.
    @discardableResult
    public func run<Answer: Sendable>(
        _ body: @escaping @Sendable () async throws -> Answer
    ) throws -> Answer {
        let box = Box<Answer>()
        let observer = WaitObserver(
            begins: { [self] in waitBegins() }, ends: { [self] in waitEnds() })
        OutsideWaits.$observer.withValue(observer) {
            _ = Task(executorPreference: jobs) {
                do { box.put(.success(try await body())) } catch { box.put(.failure(error)) }
            }
        }
        while true {
            jobs.runAll()
            if let outcome = box.take() { return try outcome.get() }
            if outsideCount.withLock({ $0 > 0 }) {
                jobs.waitForOne()
            } else if !time.wakeNext() {
                throw Stuck()
            }
        }
    }

    /// Runs what can run now; no time goes by.
    public func runReady() { jobs.runAll() }

    /// Awaits what is done on other threads. Time stands still meanwhile, as it does by itself while
    /// a task waits for a call of `DataManager`.
    @discardableResult
    public func outside<Answer: Sendable, Failure: Error>(
        _ body: @Sendable () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        waitBegins()
        defer { waitEnds() }
        return try await body()
    }

    private func waitBegins() { outsideCount.withLock { $0 += 1 } }
    private func waitEnds() { outsideCount.withLock { $0 -= 1 } }

    private final class Box<Answer: Sendable>: Sendable {
        private let outcome = Guarded<Result<Answer, any Error>?>(nil)

        func put(_ result: Result<Answer, any Error>) { outcome.withLock { $0 = result } }
        func take() -> Result<Answer, any Error>? { outcome.withLock { $0 } }
    }
}
