import DurableFiles
import Synchronization
import TimeSeriesModel

/// A store that this process writes. One process at a time can; any number may read beside it.
///
/// All calls are synchronous and may wait for the disk. Safe to share between threads: snapshots
/// are taken without waiting for a writer, imports and merges run one at a time.
public final class Store: Sendable {
    struct State {
        var manifest: Manifest
        var snapshot: Snapshot
        /// Why nothing may be written any more; reads go on.
        var failure: StoreError?
        var isClosed = false
        var isBusy = false
    }

    let storage: any Storage
    let options: StoreOptions
    let lock: any StorageLock
    let scratches: ScratchPool
    let encoders = EncoderPool()
    let state: Mutex<State>

    init(
        storage: any Storage, options: StoreOptions, lock: any StorageLock,
        scratches: ScratchPool, manifest: Manifest, snapshot: Snapshot
    ) {
        self.storage = storage
        self.options = options
        self.lock = lock
        self.scratches = scratches
        state = Mutex(State(manifest: manifest, snapshot: snapshot))
    }

    /// The newest committed state. Costs a mutex; never waits for a writer.
    public func snapshot() -> Snapshot {
        state.withLock { $0.snapshot }
    }

    /// Lets the lock go. Everything that was acknowledged is on disk already; twice is harmless.
    public func close() {
        state.withLock { $0.isClosed = true }
        lock.release()
    }

    /// Takes the one turn that imports and merges share.
    func beginMaintenance() throws(StoreError) {
        let refusal = state.withLock { state -> StoreError? in
            if state.isClosed { return StoreError(.closed, "the store was closed") }
            if let failure = state.failure { return .afterFailure(failure) }
            if state.isBusy {
                return StoreError(.busy, "another import or merge of this store is under way")
            }
            state.isBusy = true
            return nil
        }
        if let refusal { throw refusal }
    }

    func endMaintenance() {
        state.withLock { $0.isBusy = false }
    }
}

extension StoreError {
    /// What is said to writers after a write or sync failed.
    static func afterFailure(_ failure: StoreError) -> StoreError {
        StoreError(
            .failed, "an earlier write failed, so nothing more is written: \(failure.message)",
            file: failure.file, underlying: failure.underlying)
    }
}
