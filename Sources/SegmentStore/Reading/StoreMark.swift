import ColumnCodec
import DurableFiles

/// The state by which a reader notices that a writer has committed something: the manifest's bytes,
/// the names of the log's files, and the bytes after the last record of each.
///
/// Bytes are compared rather than times of files, which two commits within a tick of the system's
/// clock share. Looking costs one small file and some bytes of each log file.
struct StoreMark: Sendable {
    fileprivate let manifest: UInt64
    /// By path, what follows the last record that was read of each file.
    fileprivate var tails: [String: LogTail] = [:]
    /// Older log files are not read, and left over by a crash if they are there.
    private var firstLogID: FileID = 0

    /// Takes note of the manifest before it is read: what changes in between is seen as a change.
    init(_ storage: any Storage) throws(StoreError) {
        manifest = try StoreMark.hashOfManifest(in: storage)
    }

    mutating func note(_ log: LogContent, of manifest: Manifest) {
        tails = log.tails
        firstLogID = manifest.firstLogID
    }

    /// Whether nothing was committed since.
    func isCurrent(in storage: any Storage) throws(StoreError) -> Bool {
        guard try StoreMark.hashOfManifest(in: storage) == manifest else { return false }
        do throws(StorageError) {
            var count = 0
            for name in try storage.list(StoreLayout.logFolder) {
                guard let file = StoreFile(folder: StoreLayout.logFolder, name: name),
                    file.id >= firstLogID
                else { continue }
                guard let tail = tails[file.path] else { return false }
                count += 1
                let handle = try storage.open(file.path, .read)
                defer { handle.close() }
                guard try tail.isUnchanged(in: handle) else { return false }
            }
            return count == tails.count
        } catch {
            // A file that is gone, or a folder, is a change.
            guard error.code == .notFound else { throw StoreError(error) }
            return tails.isEmpty
        }
    }

    private static func hashOfManifest(in storage: any Storage) throws(StoreError) -> UInt64 {
        do throws(StorageError) {
            let file = try storage.open(StoreLayout.manifest, .read)
            defer { file.close() }
            // A longer file is no manifest.
            let byteCount = min(try file.byteCount(), JSONParser.byteCountMax + 1)
            return try hashOfFile(file, byteCount: byteCount)
        } catch {
            // Without this copy the other one is read, and that anew at each look.
            guard error.code == .notFound else { throw StoreError(error) }
            return 0
        }
    }
}

/// The bytes of a log file after its last record, where the next one will be.
struct LogTail: Sendable {
    private let offset: Int
    /// Bytes to compare, as far as the file has them.
    private let byteCount: Int
    private let hash: UInt64

    /// More than a record's header.
    static let lookByteCount = 64

    /// - Parameters:
    ///   - bytes: what was in memory from `offset` on when no record was found there. Zeros follow
    ///     before a record is written. A record that was half written when it was read begins with the
    ///     bytes that it will have, so then all of these are compared.
    ///   - offset: the end of the last record.
    ///   - isAll: whether the file ended with these bytes: then what it grows by is a change.
    init(of bytes: ArraySlice<UInt8>, from offset: Int, isAll: Bool) {
        self.offset = offset
        let look = bytes.prefix(LogTail.lookByteCount)
        let isSettled = look.count == LogTail.lookByteCount && look.allSatisfy { $0 == 0 }
        let seen = isSettled ? look : bytes
        byteCount = isSettled || !isAll ? seen.count : seen.count + LogTail.lookByteCount
        hash = LogTail.hash(of: Array(seen))
    }

    fileprivate func isUnchanged(in file: any StorageFile) throws(StorageError) -> Bool {
        let bytes: [UInt8] = try file.read(at: offset, byteCount: byteCount)
        return LogTail.hash(of: bytes) == hash
    }

    private static func hash(of bytes: [UInt8]) -> UInt64 {
        var hash = H64(seed: UInt64(bytes.count))
        hash.update(bytes.rawSpan)
        return hash.finish()
    }
}

extension Snapshot {
    /// The store's newest committed state: this snapshot if no writer has committed since it was
    /// opened, else one that is opened anew and shares the segments that are still in force.
    ///
    /// Takes no lock and writes nothing. If nothing changed it costs a few small reads; else the new
    /// manifest, the catalog if it has changed, new segments, and the log, which is read from its beginning.
    ///
    /// - Throws: as ``open(in:)``. A snapshot that a ``Store`` made is returned as it is.
    public func refreshed() throws(StoreError) -> Snapshot {
        guard let mark, try !mark.isCurrent(in: storage) else { return self }
        return try Snapshot.open(in: storage, reusing: self)
    }

    /// Whether another state of the same store is a later one.
    public func isOlder(than other: Snapshot) -> Bool {
        guard storeID == other.storeID else { return false }
        return (manifest.generation, position) < (other.manifest.generation, other.position)
    }
}
