import Synchronization

/// A set of numbers below a bound that only grows, shared between threads without a lock.
final class GrowingSet: Sendable {
    private final class Word: Sendable {
        let bits = Atomic<UInt64>(0)
    }

    private let words: [Word]

    init(bound: Int) {
        words = (0..<(bound + 63) / 64).map { _ in Word() }
    }

    /// What was done before a number was inserted is seen by whoever finds it here.
    @inline(__always)
    func contains(_ number: Int) -> Bool {
        words[number / 64].bits.load(ordering: .acquiring) & 1 << UInt64(number % 64) != 0
    }

    func insert(_ number: Int) {
        words[number / 64].bits.bitwiseOr(1 << UInt64(number % 64), ordering: .releasing)
    }
}
