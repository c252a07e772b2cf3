import Glibc

/// Looks at a folder before something is put into it.
enum FolderState {
    /// Whether nothing is at the path, or a folder with nothing in it.
    static func isMissingOrEmpty(_ path: String) -> Bool {
        guard let folder = unsafe opendir(path) else { return errno == ENOENT }
        // The stream is closed here and nowhere else; entries are looked at before the next call.
        defer { unsafe _ = closedir(folder) }
        while let entry = unsafe readdir(folder) {
            let isOwn = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { text in
                    let name = unsafe String(cString: text)
                    return name == "." || name == ".."
                }
            }
            if !isOwn { return false }
        }
        return true
    }
}
