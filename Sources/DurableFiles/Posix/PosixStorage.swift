import Glibc

/// Storage in a folder of the system.
///
/// Holds the folder open: it stays the same folder when another takes over its path. Files and
/// folders that root makes in a folder of another user belong to that user and have the folder's
/// permissions, whatever the umask is. A read-only storage refuses everything that would change a byte or a name before asking the system, and
/// works on media that cannot be written.
public final class PosixStorage: Storage {
    public let root: String

    /// Whether everything that would write is refused.
    public let isReadOnly: Bool

    let folder: Descriptor

    /// What files made by root take over; `nil` if nothing.
    let owner: InheritedOwner?

    /// Opens the root folder, which must exist.
    public init(root: String, readOnly: Bool = false) throws(StorageError) {
        let number = retryingInterrupts {
            Int(unsafe Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        }
        guard number >= 0 else {
            throw StorageError(Int32(-number), "open", path: "", root: root)
        }
        self.root = root
        isReadOnly = readOnly
        folder = Descriptor(Int32(number))
        owner = readOnly ? nil : InheritedOwner(of: folder)
    }

    /// Makes the root folder, whose parent must exist, and opens it; an existing one is fine.
    ///
    /// The new name is durable after ``syncParentOfRoot()``.
    public static func create(root: String) throws(StorageError) -> PosixStorage {
        let result = retryingInterrupts { Int(unsafe mkdir(root, 0o777)) }
        guard result >= 0 || result == -Int(EEXIST) else {
            throw StorageError(Int32(-result), "create", path: "", root: root)
        }
        return try PosixStorage(root: root)
    }

    public func open(
        _ path: String, _ access: FileAccess
    ) throws(StorageError) -> any StorageFile {
        if access != .read { try refuseIfReadOnly("open", path) }
        let flags =
            switch access {
            case .read: O_RDONLY
            case .write: O_RDWR
            case .create: O_RDWR | O_CREAT | O_EXCL
            }
        let descriptor = try openDescriptor(path, flags, "open")
        try refuseFolder(descriptor, path)
        if access == .create { owner?.apply(toFile: descriptor) }
        return PosixFile(descriptor, path: path, root: root)
    }

    /// The system opens folders for reading too, and would fail at the first read only.
    private func refuseFolder(_ descriptor: Descriptor, _ path: String) throws(StorageError) {
        var status = stat()
        try check(descriptor.call { Int(unsafe fstat($0, &status)) }, "open", path)
        if status.st_mode & S_IFMT == S_IFDIR { try check(-Int(EISDIR), "open", path) }
    }

    public func space() throws(StorageError) -> StorageSpace {
        var status = statvfs()
        let result = folder.call { Int(unsafe fstatvfs($0, &status)) }
        try check(result, "ask the free space of", "")
        func bytes(_ blocks: UInt) -> Int {
            // A medium may report more than an Int holds; it is then as good as endless.
            let (bytes, overflow) = blocks.multipliedReportingOverflow(by: UInt(status.f_frsize))
            return overflow ? Int.max : Int(clamping: bytes)
        }
        return StorageSpace(
            byteCount: bytes(UInt(status.f_blocks)),
            availableByteCount: bytes(UInt(status.f_bavail)))
    }

    public func sharesFileSystem(with other: any Storage) throws(StorageError) -> Bool {
        guard let other = other as? PosixStorage else { return false }
        return try device() == other.device()
    }

    private func device() throws(StorageError) -> dev_t {
        var status = stat()
        try check(folder.call { Int(unsafe fstat($0, &status)) }, "ask the device of", "")
        return status.st_dev
    }

    public func syncFolder(_ path: String) throws(StorageError) {
        try refuseIfReadOnly("sync", path)
        if path.isEmpty {
            try check(folder.call { Int(fsync($0)) }, "sync", path)
        } else {
            try syncFolder(at: path)
        }
    }

    public func syncParentOfRoot() throws(StorageError) {
        try refuseIfReadOnly("sync", "..")
        try syncFolder(at: "..")
    }

    private func syncFolder(at path: String) throws(StorageError) {
        let descriptor = try openDescriptor(path, O_RDONLY | O_DIRECTORY, "sync")
        try check(descriptor.call { Int(fsync($0)) }, "sync", path)
    }
}

extension PosixStorage {
    /// Opens a path below the root; the descriptor does not survive the start of another program.
    func openDescriptor(
        _ path: String, _ flags: Int32, _ operation: String
    ) throws(StorageError) -> Descriptor {
        // The path is empty only for the root, which "." names from its own descriptor.
        let name = path.isEmpty ? "." : path
        let number = folder.call { Int(unsafe openat($0, name, flags | O_CLOEXEC, 0o666)) }
        try check(number, operation, path)
        return Descriptor(Int32(number))
    }

    /// Throws the failure that a system call's result stands for, if it does.
    func check(_ result: Int, _ operation: String, _ path: String) throws(StorageError) {
        guard result < 0 else { return }
        throw StorageError(Int32(-result), operation, path: path, root: root)
    }

    /// Throws if this storage only reads.
    func refuseIfReadOnly(_ operation: String, _ path: String) throws(StorageError) {
        guard isReadOnly else { return }
        throw StorageError(
            code: .readOnlyFileSystem, operation, path: path, root: root, errno: EROFS,
            because: "the storage was opened to read only")
    }
}
