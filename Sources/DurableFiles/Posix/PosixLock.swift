import Glibc
import Synchronization

/// A lock that the system holds for two open descriptors, and drops when the process ends.
///
/// The file names the holder; the lock on the folder holds if another program removes the file.
final class PosixLock: StorageLock {
    let path: String
    let holder: LockHolder
    private let descriptor: Descriptor
    private let folder: Descriptor
    private let isReleased = Atomic(false)

    /// Takes over descriptors that have the lock and writes this process's identity into the file.
    init(
        _ descriptor: Descriptor, folder: Descriptor, path: String, root: String
    ) throws(StorageError) {
        self.descriptor = descriptor
        self.folder = folder
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
        // Between fork and exec a program that is being started has copies of both descriptors, so
        // closing ours does not end the lock. A child without exec has no say: its parent holds it.
        if holder.processID == getpid() {
            for locked in [descriptor, folder] { _ = locked.call { Int(flock($0, LOCK_UN)) } }
        }
        descriptor.close()
        folder.close()
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
        let deadline = ContinuousClock.now + waiting
        while true {
            if let lock = try tryLock(path) { return lock }
            guard ContinuousClock.now < deadline else { throw lockedError(path) }
            usleep(5_000)
        }
    }

    /// Nil while another open file holds the lock.
    ///
    /// The file is opened anew by each attempt: while this process waited, the file may have been
    /// removed and made again, and the lock of a file without a name keeps no one out.
    private func tryLock(_ path: String) throws(StorageError) -> PosixLock? {
        let descriptor = try openDescriptor(path, O_RDWR | O_CREAT, "lock")
        // Root may have made it, now or earlier, and it is never made anew.
        owner?.apply(toFile: descriptor)
        let result = takeLock(descriptor)
        guard result != -Int(EWOULDBLOCK) else { return nil }
        try check(result, "lock", path)
        guard try isFile(descriptor, named: path) else { return nil }
        // A writer whose file was removed still holds the folder. Some file systems lock no
        // folders (NFS does not): there the file has to suffice.
        let folder = try openDescriptor("", O_RDONLY | O_DIRECTORY, "lock")
        guard takeLock(folder) != -Int(EWOULDBLOCK) else { return nil }
        return try PosixLock(descriptor, folder: folder, path: path, root: root)
    }

    private func takeLock(_ descriptor: Descriptor) -> Int {
        descriptor.call { Int(flock($0, LOCK_EX | LOCK_NB)) }
    }

    /// Whether the name still belongs to the open file.
    private func isFile(_ descriptor: Descriptor, named path: String) throws(StorageError) -> Bool {
        var open = stat()
        try check(descriptor.call { Int(unsafe fstat($0, &open)) }, "lock", path)
        var named = stat()
        let result = folder.call { Int(unsafe fstatat($0, path, &named, 0)) }
        guard result != -Int(ENOENT) else { return false }
        try check(result, "lock", path)
        return open.st_dev == named.st_dev && open.st_ino == named.st_ino
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
