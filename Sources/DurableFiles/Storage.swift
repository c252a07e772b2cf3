/// The one door to the disk: everything the store does with files goes through it.
///
/// It has two forms: ``PosixStorage`` on a folder of the system, and ``SimulatedStorage`` in
/// memory, which can crash, fill up and lie. All paths are relative to the root folder, their parts
/// separated by '/'; the empty path is the root. All calls are synchronous and may wait for the
/// disk; they may be made from any thread.
///
/// A name is durable when its folder has been synced after the change, content when its file has
/// been synced after the write. Neither follows from the other.
public protocol Storage: Sendable {
    /// The root folder, for messages.
    var root: String { get }

    /// Opens a file.
    func open(_ path: String, _ access: FileAccess) throws(StorageError) -> any StorageFile

    /// The names of the files in a folder, sorted; folders are left out.
    func list(_ folder: String) throws(StorageError) -> [String]

    /// Whether a file or folder of this name is there.
    func exists(_ path: String) throws(StorageError) -> Bool

    /// Makes a folder in an existing one; a folder that is already there is fine.
    func createFolder(_ path: String) throws(StorageError)

    /// Gives a file another name, replacing what has that name in one step.
    ///
    /// After a crash the new name shows the old file or the new one, never none, provided that the
    /// file was synced before.
    func rename(_ path: String, to newPath: String) throws(StorageError)

    /// Takes a name away. Open files and maps of it stay usable.
    func unlink(_ path: String) throws(StorageError)

    /// Gives a file a second name in the same storage; fails if the name is taken.
    func link(_ path: String, to newPath: String) throws(StorageError)

    /// Gives a file a second name in another storage of the same form and file system.
    ///
    /// - Throws: ``StorageError/Code/crossDevice`` where that cannot be; copy the file then.
    func link(
        _ path: String, to newPath: String, in destination: any Storage
    ) throws(StorageError)

    /// Makes the names in a folder durable: files and folders created, renamed, linked, unlinked.
    func syncFolder(_ path: String) throws(StorageError)

    /// Makes the name of the root folder itself durable, once, after it was created.
    func syncParentOfRoot() throws(StorageError)

    /// The size of the file system that holds the root, and what is free of it. One system call.
    func space() throws(StorageError) -> StorageSpace

    /// Whether what is written to the other storage takes space from this one.
    func sharesFileSystem(with other: any Storage) throws(StorageError) -> Bool

    /// Takes the exclusive lock on a file, which is created if need be and never unlinked.
    ///
    /// Tries for `waiting`, then gives up with ``StorageError/Code/locked`` and the holder as far
    /// as it is known. The lock ends with `release`, with the object's life or with the process;
    /// a dead holder's lock is free by itself.
    func lock(_ path: String, waiting: Duration) throws(StorageError) -> any StorageLock

    /// Who the lock's file says holds it, and whether that process lives; takes no lock.
    ///
    /// Nil when there is no such file or its last holder released it.
    func lockHolder(_ path: String) throws(StorageError) -> LockHolder?
}

/// The space of a file system, in bytes.
public struct StorageSpace: Hashable, Sendable {
    /// The size of the file system.
    public var byteCount: Int

    /// The bytes that this user may still write.
    public var availableByteCount: Int

    public init(byteCount: Int, availableByteCount: Int) {
        self.byteCount = byteCount
        self.availableByteCount = availableByteCount
    }
}

/// What a file is opened for.
public enum FileAccess: Sendable {
    /// An existing file, to be read.
    case read
    /// An existing file, to be read and written.
    case write
    /// A new file, to be read and written; it is an error if the name is taken.
    case create
}
