import Dispatch
import Foundation
import SegmentStore
import Synchronization

/// One call in a thread of its own, beside the call that a test makes.
final class SecondThread: Sendable {
    /// Far above what any call takes: to wait longer is a deadlock.
    private static let limit = DispatchTimeInterval.seconds(30)

    private let error = Mutex<(any Error)?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    func start(_ body: @escaping @Sendable () throws -> Void) {
        let thread = Thread {
            do { try body() } catch { self.error.withLock { $0 = error } }
            self.ended.signal()
        }
        thread.stackSize = 1 << 22
        thread.start()
    }

    /// Waits for the end, or until the thread probably waits for a lock. Chooses among the orders
    /// of two calls that may happen and decides no test.
    func waitBriefly(milliseconds: Int = 20) {
        if ended.wait(timeout: .now() + .milliseconds(milliseconds)) == .success { ended.signal() }
    }

    /// Waits for the end.
    ///
    /// - Returns: the error, or nil in it for none; nothing if the call does not end.
    func wait() -> StoreError?? {
        guard ended.wait(timeout: .now() + SecondThread.limit) == .success else { return nil }
        let found = error.withLock { $0 }
        return .some(found.map { $0 as? StoreError ?? StoreError(.io, "\($0)") })
    }
}
