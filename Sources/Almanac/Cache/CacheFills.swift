import DurableFiles
import Synchronization

/// Which devices' newest stored samples have been put into the cache, and which are being read.
final class CacheFills: Sendable {
    private final class Fill: Sendable {
        /// Held while the device is read.
        let isDone = Guarded(false)
    }

    private struct State {
        var done: Set<DeviceID> = []
        /// Of devices that are being read by a thread, or wait for one.
        var running: [DeviceID: Fill] = [:]
        /// Tasks that wait for a device, none for the first.
        var waiters: [DeviceID: [CheckedContinuation<Bool, Never>]] = [:]
    }

    private let state = Guarded(State())

    /// Whether the device needs no read any more.
    func isDone(_ device: DeviceID) -> Bool { state.withLock { $0.done.contains(device) } }

    /// Reads a device unless that was done; a second thread waits for the first.
    ///
    /// - Parameter read: returns whether there was anything to read; if not, the next call reads.
    func fill(_ device: DeviceID, _ read: () -> Bool) {
        let fill = state.withLock { state -> Fill? in
            guard !state.done.contains(device) else { return nil }
            let fill = state.running[device] ?? Fill()
            state.running[device] = fill
            return fill
        }
        guard let fill else { return }
        fill.isDone.withLock { isDone in
            guard !isDone else { return }
            isDone = read()
            let hasRead = isDone
            state.withLock { state in
                if hasRead { state.done.insert(device) }
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
