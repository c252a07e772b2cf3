import Glibc

/// What a disk has left.
enum FreeSpace {
    /// Bytes that this user may still write beside a path; nil where the system does not tell.
    static func byteCount(at path: String) -> Int? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflow) = Int(clamping: status.f_bavail)
            .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
        return overflow ? nil : bytes
    }
}
