import Glibc

extension PosixStorage {
    /// Whether a path is the root folder or inside it, by whatever names and symbolic links. The path
    /// need not exist.
    public func encloses(_ path: String) throws(StorageError) -> Bool {
        let own = try Place(root, root: root)
        guard let own else { return false }
        // The nearest folder that exists: what is to be made will be in it.
        var folder = path
        var place = try Place(folder, root: root)
        while place == nil {
            guard let parent = PosixStorage.parent(of: folder) else { return false }
            folder = parent
            place = try Place(folder, root: root)
        }
        while let here = place {
            if here == own { return true }
            folder += "/.."
            let above = try Place(folder, root: root)
            // The system's root is its own parent.
            if above == here { return false }
            place = above
        }
        return false
    }

    private static func parent(of path: String) -> String? {
        let parts = path.split(separator: "/")
        guard !parts.isEmpty, path != "." else { return nil }
        let parent = parts.dropLast().joined(separator: "/")
        return path.hasPrefix("/") ? "/" + parent : parent.isEmpty ? "." : parent
    }

    /// Which folder it is, whatever its name.
    private struct Place: Equatable {
        let device: UInt
        let node: UInt

        /// Nil if there is nothing of that name.
        init?(_ path: String, root: String) throws(StorageError) {
            var status = Glibc.stat()
            guard unsafe stat(path, &status) == 0 else {
                let number = errno
                if number == ENOENT || number == ENOTDIR { return nil }
                throw StorageError(number, "look at", path: path, root: root)
            }
            device = UInt(status.st_dev)
            node = UInt(status.st_ino)
        }
    }
}
