import Glibc

extension PosixStorage {
    /// Raises the number of files that this process may open to what the system allows at most.
    ///
    /// Every file of a live snapshot stays open, which passes the usual soft limit of 1,024 early.
    /// Returns the limit in force. It is process-wide and inherited by programs that it starts.
    @discardableResult
    public static func raiseOpenFileLimit() throws(StorageError) -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var result = retryingInterrupts { Int(unsafe getrlimit(resource, &limit)) }
        if result >= 0 && limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            result = retryingInterrupts { Int(unsafe setrlimit(resource, &limit)) }
        }
        guard result >= 0 else {
            throw StorageError(Int32(-result), "raise the open file limit of", path: "", root: "")
        }
        return Int(clamping: limit.rlim_cur)
    }
}
