import Synchronization

/// Ends a read whose task was cancelled; threads that work for the same read share one value.
///
/// Only the thread that called sees the task. It takes part in the work itself, and what it finds
/// ends the work of the others too. A check costs a few nanoseconds, and is made once per chunk.
public final class Cancellation: Sendable {
    private let wasRequested = Atomic(false)

    public init() {}

    /// Ends the reads that share this value, from any thread.
    public func request() { wasRequested.store(true, ordering: .relaxed) }

    /// Whether the reads are to end, as far as this thread knows.
    var isRequested: Bool {
        if Task.isCancelled { request() }
        return wasRequested.load(ordering: .relaxed)
    }

    /// - Throws: ``StoreError`` with code `cancelled`.
    func check() throws(StoreError) {
        if isRequested { throw StoreError.cancelledRead }
    }
}

/// The check by which a scan notices that its task was cancelled.
enum CancellationCheck: Sendable {
    /// Not at all: merges and removals end what they have begun.
    case none
    /// By the task of the calling thread, which does all the work.
    case task
    /// By a value that several threads share.
    case shared(Cancellation)

    /// - Throws: ``StoreError`` with code `cancelled`.
    func check() throws(StoreError) {
        switch self {
        case .none: return
        case .task: if Task.isCancelled { throw StoreError.cancelledRead }
        case .shared(let cancellation): try cancellation.check()
        }
    }

    var isRequested: Bool {
        switch self {
        case .none: false
        case .task: Task.isCancelled
        case .shared(let cancellation): cancellation.isRequested
        }
    }
}

extension StoreError {
    fileprivate static var cancelledRead: StoreError {
        StoreError(.cancelled, "the task was cancelled before the read was complete")
    }
}
