import Glibc
import Synchronization

/// A lock of a simulated machine; it dies with the machine or its process.
final class SimulatedLock: StorageLock {
    let path: String
    let holder: LockHolder
    private let storage: SimulatedStorage
    private let node: Int
    private let isReleased = Atomic(false)

    init(_ storage: SimulatedStorage, path: String, node: Int, holder: LockHolder) {
        self.storage = storage
        self.path = path
        self.node = node
        self.holder = holder
    }

    deinit { release() }

    func release() {
        guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
        // A release that the machine did not live to see is no error: the crash freed the lock.
        try? storage.machine.perform(storage.call(.release, path)) { state, _ in
            state.disk.change(node, .write(offset: 0, bytes: LockRecord.released))
            state.locks[node] = nil
        }
        storage.machine.withState { $0.disk.nodes[node]?.openCount -= 1 }
    }
}

extension SimulatedStorage {
    /// A lock that is taken is refused at once: no simulated time passes in waiting.
    public func lock(
        _ path: String, waiting: Duration
    ) throws(StorageError) -> any StorageLock {
        let call = call(.lock, path)
        try refuseIfReadOnly(call)
        let outcome = try machine.perform(call) { state, _ throws(ErrorNumber) in
            let isThere = try state.disk.entry(call.place) != nil
            let node =
                isThere
                ? try state.disk.file(call.place) : try state.disk.createFile(call.place)
            if state.locks[node] != nil {
                return (node, holder: try state.holder(in: node), isTaken: false)
            }
            let holder = state.identity(of: process)
            try state.disk.write(LockRecord.encode(holder), at: 0, of: node, nil)
            state.disk.nodes[node]?.openCount += 1
            state.locks[node] = process
            return (node, holder: holder, isTaken: true)
        }
        guard outcome.isTaken, let holder = outcome.holder else {
            throw StorageError(
                code: .locked, "lock", path: path, root: root, errno: EWOULDBLOCK,
                because: outcome.holder.map { "held by \($0)" } ?? "held by an unknown process",
                holder: outcome.holder)
        }
        return SimulatedLock(self, path: path, node: outcome.0, holder: holder)
    }

    public func lockHolder(_ path: String) throws(StorageError) -> LockHolder? {
        let call = call(.lockHolder, path)
        return try machine.perform(call) { state, _ throws(ErrorNumber) in
            guard try state.disk.entry(call.place) != nil else { return nil }
            return try state.holder(in: try state.disk.file(call.place))
        }
    }
}

extension SimulatedMachine.State {
    func identity(of process: Int32) -> LockHolder {
        LockHolder(
            processID: process, processNamespace: "simulated", bootID: bootID,
            startTime: UInt64(process), program: "simulated", liveness: .alive)
    }

    func holder(in node: Int) throws(ErrorNumber) -> LockHolder? {
        let bytes = try disk.content(of: node).bytes(at: 0, byteCount: LockRecord.byteCount)
        guard var holder = LockRecord.decode(bytes) else { return nil }
        let isRunning = runningProcesses.contains(holder.processID)
        holder.liveness = isRunning && holder.bootID == bootID ? .alive : .gone
        return holder
    }
}
