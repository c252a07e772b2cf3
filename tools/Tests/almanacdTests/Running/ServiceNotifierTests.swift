import Foundation
import Glibc
import Testing

@testable import almanacd

/// A socket as the service manager has one.
private final class ManagerSocket {
    let path: String
    private let descriptor: Int32

    /// - Parameter path: with a first `@`, a name without a file.
    init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            for (place, byte) in name.enumerated() {
                bytes[place] = place == 0 && byte == UInt8(ascii: "@") ? 0 : byte
            }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length)
            }
        }
        guard descriptor >= 0, status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    }

    deinit {
        close(descriptor)
        if !path.hasPrefix("@") { unlink(path) }
    }

    /// The datagrams that wait, without waiting for more: a local one is there when its send returns.
    func received() -> [String] {
        var lines: [String] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { return lines }
            lines.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }
}

@Suite("ServiceNotifier") struct ServiceNotifierTests {
    @Test("sends each line as a datagram, to a path and to an abstract name", arguments: ["", "@"])
    func sends(prefix: String) throws {
        let folder = prefix.isEmpty ? FileManager.default.temporaryDirectory.path + "/" : "@"
        let manager = try ManagerSocket("\(folder)almanac-\(UUID().uuidString.prefix(8))")
        let notifier = ServiceNotifier(["NOTIFY_SOCKET": manager.path])
        for line in ["READY=1", "WATCHDOG=1", "STOPPING=1"] { notifier.send(line) }
        #expect(manager.received() == ["READY=1", "WATCHDOG=1", "STOPPING=1"])
    }

    @Test("does nothing without a manager, or if it does not listen")
    func alone() {
        let nobody = "/nowhere/" + String(repeating: "x", count: 300)
        for environment in [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": nobody]] {
            ServiceNotifier(environment).send("READY=1")
        }
        ServiceNotifier(["NOTIFY_SOCKET": "/nowhere/s"]).send("READY=1")
    }

    @Test("knows how often a sign of life is due")
    func interval() {
        #expect(ServiceNotifier(["WATCHDOG_USEC": "30000000"]).watchdogInterval == .seconds(30))
        for text in ["0", "-1", "x", ""] {
            #expect(ServiceNotifier(["WATCHDOG_USEC": text]).watchdogInterval == nil, "\(text)")
        }
        #expect(ServiceNotifier([:]).watchdogInterval == nil)
    }
}
