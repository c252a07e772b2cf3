import Glibc

extension PosixStorage {
    public func exists(_ path: String) throws(StorageError) -> Bool {
        if path.isEmpty { return true }
        let result = folder.call { Int(unsafe faccessat($0, path, F_OK, 0)) }
        if result == -Int(ENOENT) || result == -Int(ENOTDIR) { return false }
        try check(result, "look for", path)
        return true
    }

    public func createFolder(_ path: String) throws(StorageError) {
        try refuseIfReadOnly("create", path)
        let result = folder.call { Int(unsafe mkdirat($0, path, 0o777)) }
        if result == -Int(EEXIST) {
            // Something has the name: opening tells whether it is a folder, which is fine.
            _ = try openDescriptor(path, O_RDONLY | O_DIRECTORY, "create")
        } else {
            try check(result, "create", path)
            guard let owner else { return }
            owner.apply(toFolder: try openDescriptor(path, O_RDONLY | O_DIRECTORY, "create"))
        }
    }

    public func rename(_ path: String, to newPath: String) throws(StorageError) {
        try refuseIfReadOnly("rename", path)
        let result = folder.call { Int(unsafe renameat($0, path, $0, newPath)) }
        try check(result, "rename to '\(newPath)'", path)
    }

    public func unlink(_ path: String) throws(StorageError) {
        try refuseIfReadOnly("unlink", path)
        try check(folder.call { Int(unsafe unlinkat($0, path, 0)) }, "unlink", path)
    }

    public func link(_ path: String, to newPath: String) throws(StorageError) {
        try refuseIfReadOnly("link", newPath)
        let result = folder.call { Int(unsafe linkat($0, path, $0, newPath, 0)) }
        try check(result, "link as '\(newPath)'", path)
    }

    /// The source may be read-only: it is the destination that changes.
    public func link(
        _ path: String, to newPath: String, in destination: any Storage
    ) throws(StorageError) {
        guard let other = destination as? PosixStorage else {
            return try check(-Int(EXDEV), "link into '\(destination.root)'", path)
        }
        try other.refuseIfReadOnly("link", newPath)
        let result = folder.call { from in
            other.folder.call { to in Int(unsafe linkat(from, path, to, newPath, 0)) }
        }
        try check(result, "link into '\(other.root)' as '\(newPath)'", path)
    }

    public func list(_ path: String) throws(StorageError) -> [String] {
        let descriptor = try openDescriptor(path, O_RDONLY | O_DIRECTORY, "list")
        var names: [String] = []
        // A stream takes its descriptor over and closes it with itself, so it gets a second one.
        let result = descriptor.call { number in
            let own = fcntl(number, F_DUPFD_CLOEXEC, 0)
            guard own >= 0 else { return -1 }
            guard let stream = unsafe fdopendir(own) else {
                let cause = errno
                _ = Glibc.close(own)
                errno = cause
                return -1
            }
            defer { _ = unsafe closedir(stream) }
            return Int(unsafe Self.readNames(of: stream, number, into: &names))
        }
        try check(result, "list", path)
        return names.sorted()
    }

    /// Appends the names of files that a stream has left. Returns -1 with `errno` set on failure.
    private static func readNames(
        of stream: OpaquePointer, _ folder: Int32, into names: inout [String]
    ) -> Int32 {
        // An interrupted listing is begun anew.
        names.removeAll()
        unsafe rewinddir(stream)
        while true {
            // The end and a failure look alike but for errno.
            errno = 0
            guard let entry = unsafe readdir(stream) else { return errno == 0 ? 0 : -1 }
            // The system ends every name with a zero inside the entry.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if unsafe isFolder(Int32(entry.pointee.d_type), name, in: folder) { continue }
            names.append(name)
        }
    }

    /// Some file systems do not tell the type in the listing; a symbolic link tells only itself.
    private static func isFolder(_ type: Int32, _ name: String, in folder: Int32) -> Bool {
        if type != Int32(DT_UNKNOWN) && type != Int32(DT_LNK) { return type == Int32(DT_DIR) }
        var status = stat()
        guard unsafe fstatat(folder, name, &status, 0) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR
    }
}
