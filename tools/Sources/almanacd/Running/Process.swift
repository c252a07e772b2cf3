import Foundation
import Glibc

/// The variables of the process.
enum Environment {
    static var current: [String: String] { ProcessInfo.processInfo.environment }
}

/// How many files the process may have open: each connection is one.
enum FileLimit {
    /// Raises it to what the system allows; it stays if that is refused.
    static func raise() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
