import Glibc

extension StorageError {
    /// The failure of a system call, from its number.
    ///
    /// `path` is relative to `root`; the message shows both together.
    init(_ number: Int32, _ operation: String, path: String, root: String) {
        self.init(
            code: Code(errno: number), operation: operation, path: path, errno: number,
            message: Self.words(operation, path: path, root: root, because: Self.text(of: number)))
    }

    /// A refusal of ours, with the number the system would have used.
    init(
        code: Code, _ operation: String, path: String, root: String, errno: Int32,
        because reason: String, holder: LockHolder? = nil
    ) {
        self.init(
            code: code, operation: operation, path: path, errno: errno,
            message: Self.words(operation, path: path, root: root, because: reason), holder: holder)
    }

    private static func words(
        _ operation: String, path: String, root: String, because reason: String
    ) -> String {
        let place = path.isEmpty ? root : "\(root)/\(path)"
        return "cannot \(operation) '\(place)': \(reason)"
    }

    private static func text(of number: Int32) -> String {
        // 256 bytes hold every text of the C library, and strerror_r always ends what it returns.
        let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard unsafe strerror_r(number, buffer.baseAddress!, buffer.count) == 0 else {
                return "unknown error"
            }
            return unsafe String(cString: buffer.baseAddress!)
        }
        return "\(text) (errno \(number))"
    }
}

extension StorageError.Code {
    /// The class of a system error number.
    init(errno number: Int32) {
        self =
            switch number {
            case ENOENT: .notFound
            case EEXIST: .exists
            case ENOTDIR: .notAFolder
            // The second is what renaming over a folder may give.
            case EISDIR, ENOTEMPTY: .isAFolder
            case EACCES, EPERM: .permission
            case EROFS: .readOnlyFileSystem
            // A file that passes its size limit is as stuck as one on a full disk.
            case ENOSPC, EDQUOT, EFBIG: .diskFull
            case EMFILE, ENFILE: .tooManyOpenFiles
            case ENOMEM: .noMemory
            case EIO: .io
            case EXDEV: .crossDevice
            case EMLINK: .tooManyLinks
            case EWOULDBLOCK: .locked
            case ESTALE: .stale
            case EBADF: .badFile
            default: .other
            }
    }
}
