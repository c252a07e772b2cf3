public import DurableFiles

/// Appends frames to one record file, at its committed size.
///
/// A value beside the open file: a copy taken before an append that failed still knows the size
/// that counts. Nothing is durable before ``sync()``, and nobody reads what no manifest or synced
/// frame has committed.
public struct RecordFileWriter: Sendable {
    public let path: String
    public let salt: UInt64
    /// The size that counts: where the next frame goes.
    public private(set) var byteCount: Int
    private let file: any StorageFile

    /// Makes a new file with its header.
    ///
    /// - Parameters:
    ///   - header: the file's first bytes.
    ///   - path: relative to the store's folder; must not exist.
    ///   - storage: where the file is made.
    ///   - preallocated: bytes to take from the disk at once; the file shows zeros there.
    ///   - zeroed: whether these zeros are written too. Writing over what was written once changes
    ///     no more than its bytes, so that a sync need not wait for the file system's journal: it
    ///     takes about half as long.
    public static func create(
        _ header: FileHeader, at path: String, in storage: any Storage, preallocated: Int = 0,
        zeroed: Bool = false
    ) throws(StoreError) -> RecordFileWriter {
        let prefix = header.encodePrefix()
        do throws(StorageError) {
            let file = try storage.open(path, .create)
            if preallocated > 0 { try file.preallocate(byteCount: preallocated) }
            if zeroed { try writeZeros(to: file, byteCount: preallocated) }
            try file.write(prefix, at: 0)
            return RecordFileWriter(
                path: path, salt: header.fileSalt, byteCount: prefix.count, file: file)
        } catch { throw StoreError(error) }
    }

    private static func writeZeros(
        to file: any StorageFile, byteCount: Int
    ) throws(StorageError) {
        let zeros = [UInt8](repeating: 0, count: min(byteCount, 1 << 20))
        var position = 0
        while position < byteCount {
            let rest = byteCount - position
            try file.write(rest < zeros.count ? [UInt8](zeros.prefix(rest)) : zeros, at: position)
            position += zeros.count
        }
    }

    /// Opens an existing file and cuts what lies behind its committed size.
    ///
    /// - Throws: ``StoreError`` with code `damaged` where the file is shorter than that.
    public static func open(
        _ path: String, salt: UInt64, byteCount: Int, in storage: any Storage
    ) throws(StoreError) -> RecordFileWriter {
        let found: Int
        let file: any StorageFile
        do throws(StorageError) {
            file = try storage.open(path, .write)
            found = try file.byteCount()
            if found > byteCount { try file.truncate(to: byteCount) }
        } catch { throw StoreError(error) }
        guard found >= byteCount else {
            throw StoreError(
                .damaged, "\(found) bytes found, \(byteCount) committed", file: path, offset: found)
        }
        return RecordFileWriter(path: path, salt: salt, byteCount: byteCount, file: file)
    }

    private init(path: String, salt: UInt64, byteCount: Int, file: any StorageFile) {
        precondition(byteCount % RecordFrame.alignment == 0, "a record file ends 8-aligned")
        self.path = path
        self.salt = salt
        self.byteCount = byteCount
        self.file = file
    }

    /// Appends the frames, about `writeByteCountMax` bytes per write: those of a flush may take
    /// more memory than all else.
    ///
    /// - Returns: the bytes of the file that they take.
    /// - Throws: ``StoreError``; ``byteCount`` is then what it was.
    @discardableResult
    public mutating func append(
        _ frames: some Collection<RecordFrame>
    ) throws(StoreError) -> Range<Int> {
        var bytes: [UInt8] = []
        let total = frames.reduce(0) { $0 + $1.byteCount }
        bytes.reserveCapacity(min(total, 2 * RecordFileWriter.writeByteCountMax))
        var end = byteCount
        do throws(StorageError) {
            for frame in frames {
                frame.append(to: &bytes, at: end + bytes.count, salt: salt)
                guard bytes.count >= RecordFileWriter.writeByteCountMax else { continue }
                try file.write(bytes, at: end)
                end += bytes.count
                bytes.removeAll(keepingCapacity: true)
            }
            if !bytes.isEmpty { try file.write(bytes, at: end) }
        } catch { throw StoreError(error) }
        let range = byteCount..<end + bytes.count
        byteCount = range.upperBound
        return range
    }

    /// Bytes after which a write is made.
    static let writeByteCountMax = 1 << 20

    /// Fills the next bytes with zeros again, after an append that failed, and syncs the file.
    ///
    /// Writes only up to the last byte that is not zero: what was written already has its place on
    /// the disk, what follows may have none.
    ///
    /// - Throws: ``StoreError`` if anything but zeros may be there now, or after a crash.
    func clear(next count: Int) throws(StoreError) {
        do throws(StorageError) {
            let found = try file.read(at: byteCount, byteCount: count)
            if let last = found.lastIndex(where: { $0 != 0 }) {
                try file.write([UInt8](repeating: 0, count: last + 1), at: byteCount)
            }
            try file.sync()
        } catch { throw StoreError(error) }
    }

    /// Waits until everything appended is on the medium.
    public func sync() throws(StoreError) {
        do throws(StorageError) { try file.sync() } catch { throw StoreError(error) }
    }

    /// Gives unused preallocated space back.
    public func trim() throws(StoreError) {
        do throws(StorageError) { try file.truncate(to: byteCount) } catch {
            throw StoreError(error)
        }
    }

    /// Gives the descriptor back; copies of the value cannot write any more either.
    public func close() { file.close() }
}
