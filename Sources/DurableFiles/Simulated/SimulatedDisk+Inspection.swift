extension SimulatedDisk {
    /// All files that programs see, with their content, by their path below a root.
    public func files(below root: String = "store") -> [String: [UInt8]] {
        var result: [String: [UInt8]] = [:]
        forEachFile(below: root) { path, content in
            result[path] = content.bytes(at: 0, byteCount: content.byteCount)
        }
        return result
    }

    /// The length of a file, by its path with the root; nil if there is none.
    public func byteCount(of path: String) -> Int? {
        (try? file(path)).flatMap { nodes[$0]?.current.byteCount }
    }

    /// A number that is equal for disks with equal names and content, as programs see them, and
    /// otherwise almost surely differs.
    public func fingerprint(below root: String = "store") -> UInt64 {
        var result: UInt64 = 0
        forEachFile(below: root) { path, content in
            for byte in path.utf8 { result = (result ^ UInt64(byte)) &* 0x100_0000_01B3 }
            result = SimulatedRandom.mix(result ^ content.fingerprint)
        }
        return result
    }

    /// One line a file, for a test that fails: path, length and fingerprint.
    public func summary(below root: String = "store") -> String {
        var lines: [String] = []
        forEachFile(below: root) { path, content in
            let number = String(content.fingerprint, radix: 16)
            lines.append("\(path): \(content.byteCount) bytes, \(number)")
        }
        return lines.joined(separator: "\n")
    }

    private func forEachFile(below root: String, _ body: (String, SimulatedContent) -> Void) {
        let inside = folders.keys.filter { $0 == root || $0.hasPrefix(root + "/") }.sorted()
        for folder in inside {
            let prefix = String(folder.dropFirst(root.count + 1))
            for (name, value) in folders[folder, default: [:]].sorted(by: { $0.key < $1.key }) {
                guard case .file(let number) = value.live, let node = nodes[number] else {
                    continue
                }
                body(Self.join(prefix, name), node.current)
            }
        }
    }
}

extension SimulatedStorage {
    /// All files below the root with their content; uncounted.
    public var files: [String: [UInt8]] { disk.files(below: root) }

    /// Equal for equal names and content below the root; uncounted.
    public var fingerprint: UInt64 { disk.fingerprint(below: root) }
}
