import Glibc

/// An open file of the system.
final class PosixFile: StorageFile {
    let path: String
    private let root: String
    private let descriptor: Descriptor

    init(_ descriptor: Descriptor, path: String, root: String) {
        self.descriptor = descriptor
        self.path = path
        self.root = root
    }

    func byteCount() throws(StorageError) -> Int {
        var status = stat()
        try check(descriptor.call { Int(unsafe fstat($0, &status)) }, "ask the size of")
        return Int(status.st_size)
    }

    func sync() throws(StorageError) {
        try check(descriptor.call { Int(fdatasync($0)) }, "sync")
    }

    func truncate(to byteCount: Int) throws(StorageError) {
        precondition(byteCount >= 0, "a file has a length")
        try refuseBeyondFileSizeLimit(end: byteCount, "truncate")
        try check(descriptor.call { Int(ftruncate($0, byteCount)) }, "truncate")
    }

    func preallocate(byteCount: Int) throws(StorageError) {
        // The system refuses to take no space at all.
        guard byteCount > 0 else { return }
        try refuseBeyondFileSizeLimit(end: byteCount, "preallocate")
        let result = descriptor.call { number in
            // This call alone returns its error number and leaves errno as it was.
            errno = posix_fallocate(number, 0, byteCount)
            return errno == 0 ? 0 : -1
        }
        try check(result, "preallocate")
    }

    func prefetch(at offset: Int, byteCount: Int) {
        _ = descriptor.call { Int(posix_fadvise($0, offset, byteCount, POSIX_FADV_WILLNEED)) }
    }

    func adviseSequential() {
        _ = descriptor.call { Int(posix_fadvise($0, 0, 0, POSIX_FADV_SEQUENTIAL)) }
    }

    func dropCache() {
        _ = descriptor.call { Int(posix_fadvise($0, 0, 0, POSIX_FADV_DONTNEED)) }
    }

    func nextData(from offset: Int) -> Int? {
        let result = descriptor.call { Int(lseek($0, offset, Self.seekData)) }
        // A file system without holes has data everywhere.
        return result >= 0 ? result : result == -Int(ENXIO) ? nil : offset
    }

    func close() { descriptor.close() }
}

extension PosixFile {
    /// `FICLONE` of linux/fs.h, `_IOW(0x94, 9, int)`: a macro that Swift does not import.
    private static let cloneRequest: UInt = 0x4004_9409

    /// Answers of file systems that do not share blocks, or not between these two files.
    private static let cannotClone = [
        EOPNOTSUPP, ENOTTY, EXDEV, EINVAL, ENOSYS, EPERM,
    ]

    func clone(to target: any StorageFile) throws(StorageError) -> Bool {
        guard let other = target as? PosixFile else { return false }
        var result = 0
        // The outer call must not read errno after the inner one, which returns its error itself.
        let outer = descriptor.call { source in
            result = other.descriptor.call { Int(ioctl($0, PosixFile.cloneRequest, source)) }
            return 0
        }
        try check(outer, "clone")
        if PosixFile.cannotClone.contains(where: { result == -Int($0) }) { return false }
        try check(result, "clone")
        return true
    }

    func markReadOnly() {
        _ = descriptor.call { number in
            var status = stat()
            guard unsafe fstat(number, &status) == 0 else { return -1 }
            return Int(fchmod(number, status.st_mode & 0o7555))
        }
    }
}

extension PosixFile {
    /// Linux's `SEEK_DATA`, which Glibc shows to programs for GNU alone.
    private static let seekData: Int32 = 3

    /// A longer read is compared with the size of the file first, which costs a system call.
    private static let uncheckedByteCountMax = 1 << 20

    @discardableResult
    func read(
        at offset: Int, byteCount: Int, into buffer: inout [UInt8]
    ) throws(StorageError) -> Int {
        precondition(offset >= 0 && byteCount >= 0, "a read has an offset and a length")
        buffer.removeAll(keepingCapacity: true)
        // Adding nothing to an empty array writes its count, which all empty arrays share.
        guard byteCount > 0 else { return 0 }
        var wanted = byteCount
        if byteCount > Self.uncheckedByteCountMax {
            // A length may come from a file: no memory is taken for bytes that are not there.
            wanted = min(byteCount, max(0, try self.byteCount() - offset))
            guard wanted > 0 else { return 0 }
        }
        var failure = 0
        buffer.append(addingCapacity: wanted) { output in
            // The system sets the bytes that readAll counts, so that none is set beforehand.
            failure = unsafe output.withUnsafeMutableBufferPointer { free, count in
                let (result, done) = unsafe readAll(
                    into: UnsafeMutableRawBufferPointer(free), offset)
                count = done
                return result
            }
        }
        if failure < 0 {
            buffer.removeAll(keepingCapacity: true)
            try check(failure, "read")
        }
        return buffer.count
    }

    /// Reads until the buffer is full or the file ends; the result is negative on failure.
    private func readAll(
        into buffer: UnsafeMutableRawBufferPointer, _ offset: Int
    ) -> (result: Int, done: Int) {
        var done = 0
        while done < buffer.count {
            let result = descriptor.call {
                // `done` is less than the count, so the pointer and the rest lie in the buffer.
                unsafe pread($0, buffer.baseAddress! + done, buffer.count - done, offset + done)
            }
            if result < 0 { return (result, 0) }
            if result == 0 { break }
            done += result
        }
        return (0, done)
    }

    func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
        precondition(offset >= 0, "a write has an offset")
        try refuseBeyondFileSizeLimit(end: offset + bytes.byteCount, "write")
        let result = unsafe bytes.withUnsafeBytes { unsafe writeAll($0, offset) }
        try check(result, "write")
    }

    /// Writes until nothing is left: the system may take a part only, and says why at the rest.
    private func writeAll(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
        var done = 0
        while done < bytes.count {
            let result = descriptor.call {
                // `done` is less than the count, so the pointer and the rest lie in the buffer.
                unsafe pwrite($0, bytes.baseAddress! + done, bytes.count - done, offset + done)
            }
            if result < 0 { return result }
            // Taking nothing without a reason, for ever, must not become an endless loop.
            if result == 0 { return -Int(EIO) }
            done += result
        }
        return 0
    }

    func map(at offset: Int, byteCount: Int) throws(StorageError) -> MappedBytes {
        precondition(offset >= 0 && byteCount >= 0, "a map has an offset and a length")
        guard byteCount > 0 else { return MappedBytes(copying: []) }
        let size = try self.byteCount()
        // Touching a page behind the end of the file would kill the process.
        guard byteCount <= size, offset <= size - byteCount else {
            throw StorageError(
                code: .endOfFile, "map", path: path, root: root, errno: 0,
                because: "expected \(byteCount) bytes at \(offset), found a file of \(size)")
        }
        let pageByteCount = sysconf(Int32(_SC_PAGESIZE))
        let inset = offset % pageByteCount
        let length = inset + byteCount
        var region: UnsafeMutableRawPointer?
        let result = descriptor.call { number in
            unsafe region = mmap(nil, length, PROT_READ, MAP_SHARED, number, offset - inset)
            return unsafe region == MAP_FAILED ? -1 : 0
        }
        try check(result, "map")
        return unsafe MappedBytes(
            mapped: region!, regionByteCount: length, offset: inset, byteCount: byteCount)
    }
}

extension PosixFile {
    private func check(_ result: Int, _ operation: String) throws(StorageError) {
        guard result < 0 else { return }
        throw StorageError(Int32(-result), operation, path: path, root: root)
    }

    /// Writing beyond the process's file size limit raises a signal that ends it. A library has no
    /// business changing how signals are handled, so it does not come to that.
    private func refuseBeyondFileSizeLimit(
        end: Int, _ operation: String
    ) throws(StorageError) {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
            return
        }
        if UInt(end) > limit.rlim_cur { try check(-Int(EFBIG), operation) }
    }
}
