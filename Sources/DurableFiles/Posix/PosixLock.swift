import Glibc
import Synchronization

/// A lock that the system holds for the open descriptor, and drops when the process ends.
final class PosixLock: StorageLock {
    let path: String
    let holder: LockHolder
    private let descriptor: Descriptor
    private let isReleased = Atomic(false)

    /// Takes over a descriptor that has the lock and writes this process's identity into the file.
    init(_ descriptor: Descriptor, path: String, root: String) throws(StorageError) {
        self.descriptor = descriptor
        self.path = path
        holder = .current()
        let record = LockRecord.encode(holder)
        let result = Self.write(record, to: descriptor)
        guard result >= 0 else {
            throw StorageError(Int32(-result), "write", path: path, root: root)
        }
    }

    deinit { release() }

    func release() {
        guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
        // The file would otherwise name a living process that holds nothing. Should this fail, the
        // lock is free all the same, and the next holder writes its own name.
        _ = Self.write(LockRecord.released, to: descriptor)
        descriptor.close()
    }

    private static func write(_ record: [UInt8], to descriptor: Descriptor) -> Int {
        // In place and always of the same length: the space is there since the lock was first
        // taken, so a full disk does not keep a store from being opened.
        let result = descriptor.call { number in
            unsafe record.withUnsafeBytes { unsafe pwrite(number, $0.baseAddress!, $0.count, 0) }
        }
        if result >= 0 && result < record.count { return -Int(ENOSPC) }
        return result
    }
}

extension PosixStorage {
    public func lock(
        _ path: String, waiting: Duration
    ) throws(StorageError) -> any StorageLock {
        try refuseIfReadOnly("lock", path)
        let descriptor = try openDescriptor(path, O_RDWR | O_CREAT, "lock")
        // Root may have made it, now or earlier, and it is never made anew.
        owner?.apply(toFile: descriptor)
        let deadline = ContinuousClock.now + waiting
        while true {
            let result = descriptor.call { Int(flock($0, LOCK_EX | LOCK_NB)) }
            if result >= 0 { return try PosixLock(descriptor, path: path, root: root) }
            guard result == -Int(EWOULDBLOCK) else {
                throw StorageError(Int32(-result), "lock", path: path, root: root)
            }
            if ContinuousClock.now >= deadline { break }
            usleep(5_000)
        }
        throw lockedError(path)
    }

    public func lockHolder(_ path: String) throws(StorageError) -> LockHolder? {
        guard try exists(path) else { return nil }
        let file = try open(path, .read)
        return LockRecord.decode(try file.read(at: 0, byteCount: LockRecord.byteCount))?.observed()
    }

    private func lockedError(_ path: String) -> StorageError {
        // The refusal stands whether or not the holder can be read: a name would only be a comfort.
        let holder = try? lockHolder(path)
        return StorageError(
            code: .locked, "lock", path: path, root: root, errno: EWOULDBLOCK,
            because: holder.map { "held by \($0)" } ?? "held by an unknown process", holder: holder)
    }
}
