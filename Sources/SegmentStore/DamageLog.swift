import DurableFiles
import Synchronization

/// Collects the damage that a read had to step over.
///
/// A read that is given a log leaves damaged samples out, says so in the log and goes on; a read
/// without one throws at the first. Safe to share between threads.
public final class DamageLog: Sendable {
    private struct Findings {
        var inOrder: [Damage] = []
        var seen: Set<Damage> = []
    }

    private let findings = Guarded(Findings())

    public init() {}

    /// Every damage once, in the order found.
    public var damages: [Damage] { findings.withLock { $0.inOrder } }

    /// What of it keeps samples from being read.
    public var losses: [Damage] { damages.filter(\.losesSamples) }

    /// Notes damage that a reader above the engine stepped over; the same is noted once.
    public func record(_ damage: Damage) {
        findings.withLock { findings in
            guard findings.seen.insert(damage).inserted else { return }
            findings.inOrder.append(damage)
        }
    }
}

extension DamageLog? {
    /// Records the damage, or throws it where nobody collects.
    func report(_ damage: Damage) throws(StoreError) {
        guard let log = self else { throw StoreError(damage) }
        log.record(damage)
    }
}

extension StoreError {
    init(_ damage: Damage) {
        self.init(.damaged, damage.detail, file: damage.file, offset: damage.offset)
    }
}
