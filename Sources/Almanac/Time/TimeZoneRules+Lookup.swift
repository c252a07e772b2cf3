import DurableFiles
import FoundationEssentials

extension TimeZoneRules {
    /// A zone by its name: `utc` in any case, else one of IANA's list from the system's files.
    ///
    /// Reads a file of a few kilobytes each time: keep what it gives.
    ///
    /// - Parameters:
    ///   - name: `utc`, or as `Europe/Zurich`.
    ///   - folders: where zone files lie; the first that has the name is used.
    /// - Throws: ``HistoryError`` with code `invalidParameter` for a name that is none, with `io`
    ///   where the system has no zone files at all.
    public static func named(
        _ name: String, folders: [String] = systemFolders
    ) throws(HistoryError) -> TimeZoneRules {
        guard name.lowercased() != "utc" else { return .utc }
        let unknown = HistoryError(
            .invalidParameter,
            "no time zone \"\(name)\"; an IANA name like Europe/Zurich, or utc, was expected",
            parameter: "zone")
        // The name becomes a path, so it may not lead out of the folder.
        let isPath = name.utf8.allSatisfy { byte in
            (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39
                || "/_+-".utf8.contains(byte)
        }
        guard isPath, !name.isEmpty, !name.hasPrefix("/") else { throw unknown }
        for folder in folders {
            guard let bytes = contents(of: name, in: folder) else { continue }
            guard let file = ZoneFile(bytes) else { throw unknown }
            return TimeZoneRules(name: name, file: file)
        }
        if folders.contains(where: { contents(of: "Europe/Zurich", in: $0) != nil }) {
            throw unknown
        }
        throw HistoryError(
            .io, "no time zone files; those of the package tzdata were expected",
            parameter: "zone")
    }

    /// `TZDIR` of the environment, if it is set, then the usual two.
    public static var systemFolders: [String] {
        let own = ProcessInfo.processInfo.environment["TZDIR"].flatMap { $0.isEmpty ? nil : $0 }
        return (own.map { [$0] } ?? []) + ["/usr/share/zoneinfo", "/usr/lib/zoneinfo"]
    }

    /// A small file whole; nil where it cannot be read or is longer than any zone's.
    private static func contents(of name: String, in folder: String) -> [UInt8]? {
        let byteCountMax = 1 << 20
        do throws(StorageError) {
            let file = try PosixStorage(root: folder, readOnly: true).open(name, .read)
            defer { file.close() }
            let bytes = try file.read(at: 0, byteCount: byteCountMax + 1)
            return bytes.count > byteCountMax ? nil : bytes
        } catch {
            // Why a file cannot be read does not matter: there is no zone in it.
            return nil
        }
    }
}
