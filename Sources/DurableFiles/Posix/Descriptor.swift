import Glibc
import Synchronization

/// A file descriptor that is closed once, and never while a call uses it.
///
/// A closed number is given to the next file that is opened. Without the count of users a thread
/// that is about to read could so read from another file.
final class Descriptor: Sendable {
    private let number: Int32

    /// The calls under way, plus the two flags once it is closed and once its number is freed.
    private let users = Atomic<Int>(0)
    private static let closedFlag = 1 << 61
    private static let freedFlag = 1 << 62

    init(_ number: Int32) {
        precondition(number >= 0, "a descriptor is a number that the system gave")
        self.number = number
    }

    deinit { close() }

    /// Runs a call with the number; interruptions are retried. `-EBADF` after ``close()``.
    @inline(__always)
    func call(_ body: (Int32) -> Int) -> Int {
        guard enter() else { return -Int(EBADF) }
        defer { leave() }
        return retryingInterrupts { body(number) }
    }

    /// Closes it now, or when the last call that is under way ends.
    func close() {
        users.bitwiseOr(Self.closedFlag, ordering: .acquiringAndReleasing)
        freeIfUnused()
    }

    private func enter() -> Bool {
        let (_, new) = users.add(1, ordering: .acquiring)
        if new & Self.closedFlag == 0 { return true }
        leave()
        return false
    }

    private func leave() {
        let (_, new) = users.subtract(1, ordering: .acquiringAndReleasing)
        if new == Self.closedFlag { freeIfUnused() }
    }

    private func freeIfUnused() {
        // Closed and unused is left for good by one exchange, so the number is freed once, although
        // late calls still come and go.
        let (isMine, _) = users.compareExchange(
            expected: Self.closedFlag, desired: Self.closedFlag | Self.freedFlag,
            ordering: .acquiringAndReleasing)
        guard isMine else { return }
        // Linux frees the number even when close reports an error or an interruption, so there is
        // nothing to retry; what must be durable was synced before.
        _ = Glibc.close(number)
    }
}
