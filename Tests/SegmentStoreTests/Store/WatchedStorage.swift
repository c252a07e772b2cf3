import DurableFiles
import Synchronization

/// A storage that calls a closure before each read of a file. Writes are not for it.
final class WatchedStorage: Storage {
    private let inner: any Storage
    private let onRead: @Sendable (_ path: String, _ offset: Int, _ byteCount: Int) -> Void

    init(
        _ inner: any Storage,
        onRead: @escaping @Sendable (_ path: String, _ offset: Int, _ byteCount: Int) -> Void
    ) {
        self.inner = inner
        self.onRead = onRead
    }

    var root: String { inner.root }

    func open(_ path: String, _ access: FileAccess) throws(StorageError) -> any StorageFile {
        WatchedFile(try inner.open(path, access), onRead)
    }

    func list(_ folder: String) throws(StorageError) -> [String] { try inner.list(folder) }
    func exists(_ path: String) throws(StorageError) -> Bool { try inner.exists(path) }
    func createFolder(_ path: String) throws(StorageError) { try inner.createFolder(path) }
    func rename(_ path: String, to newPath: String) throws(StorageError) {
        try inner.rename(path, to: newPath)
    }
    func unlink(_ path: String) throws(StorageError) { try inner.unlink(path) }
    func link(_ path: String, to newPath: String) throws(StorageError) {
        try inner.link(path, to: newPath)
    }
    func link(
        _ path: String, to newPath: String, in destination: any Storage
    ) throws(StorageError) {
        try inner.link(path, to: newPath, in: destination)
    }
    func sharesFileSystem(with other: any Storage) throws(StorageError) -> Bool {
        try inner.sharesFileSystem(with: other)
    }
    func syncFolder(_ path: String) throws(StorageError) { try inner.syncFolder(path) }
    func syncParentOfRoot() throws(StorageError) { try inner.syncParentOfRoot() }
    func space() throws(StorageError) -> StorageSpace { try inner.space() }
    func lock(_ path: String, waiting: Duration) throws(StorageError) -> any StorageLock {
        try inner.lock(path, waiting: waiting)
    }
    func lockHolder(_ path: String) throws(StorageError) -> LockHolder? {
        try inner.lockHolder(path)
    }
}

private final class WatchedFile: StorageFile {
    private let inner: any StorageFile
    private let onRead: @Sendable (String, Int, Int) -> Void

    init(_ inner: any StorageFile, _ onRead: @escaping @Sendable (String, Int, Int) -> Void) {
        self.inner = inner
        self.onRead = onRead
    }

    var path: String { inner.path }

    func byteCount() throws(StorageError) -> Int { try inner.byteCount() }
    func read(
        at offset: Int, byteCount: Int, into buffer: inout [UInt8]
    ) throws(StorageError) -> Int {
        onRead(path, offset, byteCount)
        return try inner.read(at: offset, byteCount: byteCount, into: &buffer)
    }
    func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
        try inner.write(bytes, at: offset)
    }
    func sync() throws(StorageError) { try inner.sync() }
    func truncate(to byteCount: Int) throws(StorageError) { try inner.truncate(to: byteCount) }
    func preallocate(byteCount: Int) throws(StorageError) {
        try inner.preallocate(byteCount: byteCount)
    }
    func map(at offset: Int, byteCount: Int) throws(StorageError) -> MappedBytes {
        try inner.map(at: offset, byteCount: byteCount)
    }
    func clone(to target: any StorageFile) throws(StorageError) -> Bool {
        try inner.clone(to: target)
    }
    func nextData(from offset: Int) -> Int? { inner.nextData(from: offset) }
    func dropCache() { inner.dropCache() }
    func close() { inner.close() }
}
