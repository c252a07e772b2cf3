import Synchronization

/// How many requests are under way, with a bound.
final class RequestCount: Sendable {
    private let count = Atomic(0)

    /// Whether one more may be under way; then it counts until ``leave()``.
    func enter(upTo bound: Int) -> Bool {
        guard count.add(1, ordering: .relaxed).newValue > bound else { return true }
        leave()
        return false
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
}
