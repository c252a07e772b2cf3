import DurableFiles
import SegmentStore
import Synchronization

/// From which state of the store a device's newest samples were put into the cache, and which devices
/// are being read.
final class CacheFills: Sendable {
    private final class Fill: Sendable {
        /// Held while the device is read; the state that it was read from.
        let position = Guarded<LSN?>(nil)
    }

    private struct State {
        var done: [DeviceID: LSN] = [:]
        /// Of devices that are being read by a thread, or wait for one.
        var running: [DeviceID: Fill] = [:]
        /// Tasks that wait for a device, none for the first.
        var waiters: [DeviceID: [CheckedContinuation<Bool, Never>]] = [:]
    }

    private let state = Guarded(State())

    /// Whether the device was read from this state of the store, or a later one.
    func isDone(_ device: DeviceID, at position: LSN) -> Bool {
        state.withLock { state in state.done[device].map { $0 >= position } ?? false }
    }

    /// Reads a device unless that was done; a second thread waits for the first.
    ///
    /// - Parameters:
    ///   - position: the state of the store that is read.
    ///   - read: returns whether there was anything to read; if not, the next call reads.
    func fill(_ device: DeviceID, at position: LSN, _ read: () -> Bool) {
        let fill = state.withLock { state -> Fill? in
            if let done = state.done[device], done >= position { return nil }
            let fill = state.running[device] ?? Fill()
            state.running[device] = fill
            return fill
        }
        guard let fill else { return }
        fill.position.withLock { done in
            if let done, done >= position { return }
            guard read() else { return state.withLock { $0.running[device] = nil } }
            done = position
            state.withLock { state in
                state.done[device] = position
                state.running[device] = nil
            }
        }
    }

    /// Suspends until a device has been read. However many tasks wait, one read is started.
    ///
    /// - Parameter start: has the read done elsewhere, which calls the closure that it gets; returns
    ///   false if that is refused.
    /// - Returns: false if it was refused.
    func wait(
        for device: DeviceID, _ start: (_ whenDone: @escaping @Sendable () -> Void) -> Bool
    ) async -> Bool {
        await OutsideWaits.observed {
            await withCheckedContinuation { waiter in
                let isFirst = state.withLock { state in
                    state.waiters[device, default: []].append(waiter)
                    return state.waiters[device]?.count == 1
                }
                guard isFirst else { return }
                if !start({ [self] in wake(device, true) }) { wake(device, false) }
            }
        }
    }

    private func wake(_ device: DeviceID, _ isRead: Bool) {
        let waiters = state.withLock { $0.waiters.removeValue(forKey: device) ?? [] }
        for waiter in waiters { waiter.resume(returning: isRead) }
    }
}
