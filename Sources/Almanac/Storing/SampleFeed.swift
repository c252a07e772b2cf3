import DurableFiles
import SegmentStore
import Synchronization

/// The batches that this process has committed last, for whoever follows them.
///
/// A writer adds a batch under a short lock and wakes who waits; it never waits for a reader. A
/// reader that falls behind what is kept is told so.
final class SampleFeed: Sendable {
    /// Samples that are kept at most.
    static let sampleCountMax = 100_000

    fileprivate struct State {
        /// Ascending by position.
        var batches = Batches()
        /// Everything up to here is kept no more.
        var begin: UInt64 = 0
        var sampleCount = 0
        var isEnded = false
        var lastWaiter: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Guarded(State())

    /// What stands next behind a position.
    enum Step {
        case batch(CommittedBatch)
        /// The position is older than what is kept, or none of this store.
        case lost
        case nothingYet
        case end
    }

    /// Nothing before a position is there to be followed.
    func begin(at position: UInt64) { state.withLock { $0.begin = max($0.begin, position) } }

    func add(_ batch: CommittedBatch) {
        let waiters = state.withLock { state in
            state.batches.append(batch)
            state.sampleCount += batch.batch.count
            while state.sampleCount > SampleFeed.sampleCountMax,
                let oldest = state.batches.popFirst()
            {
                state.sampleCount -= oldest.batch.count
                state.begin = oldest.position
            }
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    func end() {
        let waiters = state.withLock { state in
            state.isEnded = true
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    func step(behind position: UInt64) -> Step {
        state.withLock { state in
            if position < state.begin { return .lost }
            if let batch = state.batches.first(behind: position) { return .batch(batch) }
            return state.isEnded ? .end : .nothingYet
        }
    }

    /// Returns when something may have come behind a position, or the task is cancelled.
    func wait(behind position: UInt64) async {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isWaiting = state.withLock { state in
                    // What was added since the reader looked is seen here, and so is a
                    // cancellation that came before; a later one finds the waiter.
                    if Task.isCancelled || state.isEnded || position < state.begin
                        || state.batches.first(behind: position) != nil
                    {
                        return false
                    }
                    state.waiters[number] = waiter
                    return true
                }
                if !isWaiting { waiter.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }

    /// Whether the store was closed.
    var isEnded: Bool { state.withLock { $0.isEnded } }

    var keptSampleCount: Int { state.withLock { $0.sampleCount } }
}

extension SampleFeed.State {
    fileprivate mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
        defer { waiters = [:] }
        return Array(waiters.values)
    }
}

/// Batches in order; taking the oldest away moves the others now and then only.
private struct Batches {
    private var all: [CommittedBatch] = []
    private var start = 0

    mutating func append(_ batch: CommittedBatch) { all.append(batch) }

    mutating func popFirst() -> CommittedBatch? {
        guard start < all.count else { return nil }
        let batch = all[start]
        // The place stands until the next move, without its columns.
        all[start].batch = SampleBatch()
        all[start].places = []
        start += 1
        if start > 64, start * 2 > all.count {
            all.removeFirst(start)
            start = 0
        }
        return batch
    }

    func first(behind position: UInt64) -> CommittedBatch? {
        let place = max(start, all.partitioningIndex { $0.position > position })
        return place < all.count ? all[place] : nil
    }
}
