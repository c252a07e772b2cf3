internal import Synchronization

/// Counts what a transport drops, from any thread.
final class DropCounter: Sendable {
    private let state = Mutex<[DroppedDatagram: Int]>([:])

    var counts: [DroppedDatagram: Int] { state.withLock { $0 } }

    func count(_ reason: DroppedDatagram) { state.withLock { $0[reason, default: 0] += 1 } }
}
