/// Where a service listens: an address or name, and a port.
struct ListenAddress: Hashable, Sendable {
    /// Without the brackets that IPv6 has in text.
    var host: String
    /// 0 lets the system choose.
    var port: UInt16

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Whether only programs of this machine reach it.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || isLoopbackIPv4
    }

    // 127.0.0.0/8; a name such as 127.example.org does not count.
    private var isLoopbackIPv4: Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.first == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension ListenAddress: LosslessStringConvertible {
    /// Reads `127.0.0.1:8640`, `localhost:8640` and `[::1]:8640`.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        let isPlain = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                || ".:-_%".utf8.contains(byte)
        }
        guard !host.isEmpty, isPlain else { return nil }
        self.init(host: String(host), port: port)
    }

    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
