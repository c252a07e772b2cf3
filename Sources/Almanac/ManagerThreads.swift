import DurableFiles
import SegmentStore

/// The threads on which a manager waits for locks and for the disk, so that no task of the process
/// does.
///
/// Three sets: a backup that takes minutes must not keep batches waiting, nor a writer that waits for
/// a sync the reads.
struct ManagerThreads: Sendable {
    /// For the writer's turn. Batches of all of them that wait are written as one group, so their
    /// number bounds a group.
    let writes = BlockingThreads(name: "almanac-write", threadCountMax: 8)
    /// For flushes, merges, removals, backups: seldom and long.
    let upkeep = BlockingThreads(name: "almanac-upkeep", threadCountMax: 4, waitingCountMax: 1000)
    /// For reads of asynchronous calls.
    let reads: BlockingThreads
}

extension BlockingThreads {
    /// The same with the error of this room.
    func call<Result: Sendable, Failure: Error>(
        isCancellable: Bool = false,
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(HistoryError) -> Swift.Result<Result, Failure> {
        do throws(Refusal) {
            return try await run(isCancellable: isCancellable) {
                Swift.Result { () throws(Failure) in try body() }
            }
        } catch { throw HistoryError(error) }
    }

    /// A read that a cancellation of the task takes out of the queue.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable () throws(HistoryError) -> Result
    ) async throws(HistoryError) -> Result {
        try await call(isCancellable: true, body).get()
    }
}

extension HistoryError {
    fileprivate init(_ refusal: BlockingThreads.Refusal) {
        switch refusal {
        case .full:
            self.init(.limitExceeded, "as many calls wait for the disk as may: try again later")
        case .noThread: self.init(.limitExceeded, "the system starts no more threads")
        case .cancelled: self = .cancelled
        case .closed: self.init(.closed, "the store was closed")
        }
    }
}
