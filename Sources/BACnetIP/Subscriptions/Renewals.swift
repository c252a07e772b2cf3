/// The times at which subscriptions are renewed, so that one timer does for all.
///
/// A renewal is due at half the lifetime; after a failure again after an eighth, so that there are
/// some tries before the device forgets. While one is under way it is not due again.
struct Renewals {
    private var lifetimes: [UInt64: Duration] = [:]
    /// Of the renewals that are not under way.
    private var deadlines = DeadlineHeap<UInt64>()

    /// The earliest deadline.
    var nextDeadline: Duration? { deadlines.next }

    mutating func add(_ ticket: UInt64, lifetime: Duration, at now: Duration) {
        lifetimes[ticket] = lifetime
        deadlines.set(now + lifetime / 2, of: ticket)
    }

    mutating func remove(_ ticket: UInt64) {
        lifetimes[ticket] = nil
        deadlines.set(nil, of: ticket)
    }

    mutating func removeAll() { self = Renewals() }

    /// The subscriptions to renew now.
    mutating func due(at now: Duration) -> [UInt64] { deadlines.takeDue(at: now) }

    /// A renewal has ended.
    mutating func end(_ ticket: UInt64, succeeded: Bool, at now: Duration) {
        guard let lifetime = lifetimes[ticket] else { return }
        deadlines.set(now + (succeeded ? lifetime / 2 : lifetime / 8), of: ticket)
    }
}
