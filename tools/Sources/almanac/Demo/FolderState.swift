import Glibc

/// Looks at a folder before something is put into it, or after it was not what was expected.
enum FolderState {
    enum Kind: Equatable {
        case folder
        /// Something else than a folder.
        case file
        case missing
        /// Missing, and so is the folder that it would stand in.
        case orphan(parent: String)
        /// The system does not tell.
        case unknown
    }

    static func kind(of path: String) -> Kind {
        switch isFolder(path) {
        case true?: return .folder
        case false?: return .file
        case nil:
            guard errno == ENOENT else { return errno == ENOTDIR ? .file : .unknown }
            let parent = parent(of: path)
            return isFolder(parent) == nil && errno == ENOENT ? .orphan(parent: parent) : .missing
        }
    }

    /// nil, with the system's reason in `errno`, where it does not tell.
    private static func isFolder(_ path: String) -> Bool? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// As it was typed: nothing of it is looked up.
    private static func parent(of path: String) -> String {
        var rest = path[...]
        while rest.count > 1, rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return "." }
        return slash == rest.startIndex ? "/" : String(rest[..<slash])
    }

    /// Whether a path is a folder, or is or would be in it at any depth, by whatever names.
    static func isInside(_ path: String, of folder: String) -> Bool {
        guard let target = identity(of: folder) else { return false }
        var place = path
        while identity(of: place) == nil, place != ".", place != "/" { place = parent(of: place) }
        // The folder above the root is the root.
        while let own = identity(of: place), own != target {
            place += "/.."
            if identity(of: place) == own { return false }
        }
        return identity(of: place) == target
    }

    /// Device and number of a file; nil if there is none.
    private static func identity(of path: String) -> [UInt64]? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }

    /// Whether nothing is at the path, or a folder with nothing in it.
    static func isMissingOrEmpty(_ path: String) -> Bool {
        switch kind(of: path) {
        case .missing, .orphan: true
        case .folder: firstName(in: path) == nil
        case .file, .unknown: false
        }
    }

    /// The first name in a folder, hidden ones last; nil where there is none, or no folder.
    static func firstName(in path: String, besides known: Set<String> = []) -> String? {
        names(in: path).filter { !known.contains($0) }
            .min { ($0.hasPrefix(".") ? 1 : 0, $0) < ($1.hasPrefix(".") ? 1 : 0, $1) }
    }

    static func names(in path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        // The stream is closed here and nowhere else; entries are looked at before the next call.
        defer { unsafe _ = closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { text in
                    unsafe String(cString: text)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
