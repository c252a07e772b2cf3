import Glibc

/// Tells the service manager (systemd) of changes, by a datagram to the socket that it names.
struct ServiceNotifier: Sendable {
    /// Of `NOTIFY_SOCKET`; a first `@` is an abstract name.
    private let path: String?
    /// How often a sign of life is due; nil if none is expected.
    let watchdogInterval: Duration?

    init(_ environment: [String: String]) {
        path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        watchdogInterval = environment["WATCHDOG_USEC"].flatMap { Int($0) }
            .flatMap { $0 > 0 ? .microseconds($0) : nil }
    }

    /// Sends a line as `READY=1`. Without a manager, or if it does not listen, nothing happens.
    func send(_ line: String) {
        guard let path else { return }
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard name.count < room else { return }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            for (place, byte) in name.enumerated() {
                unsafe bytes[place] = place == 0 && byte == UInt8(ascii: "@") ? 0 : byte
            }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let text = Array(line.utf8)
        _ = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                unsafe text.withUnsafeBytes { bytes in
                    unsafe sendto(
                        socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL),
                        target, length)
                }
            }
        }
    }
}
