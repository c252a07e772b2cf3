/// Why a zone cannot be had.
enum ZoneProblem: Error, Hashable {
    case unknown(String)
    case noDatabase
}

extension Zone {
    /// A zone by its name: `utc` in any case, else one of IANA's list from the system's files.
    static func named(_ name: String) throws(ZoneProblem) -> Zone {
        guard name.lowercased() != "utc" else { return .utc }
        // The name becomes a path, so it may not lead out of the folder.
        let isPath = name.utf8.allSatisfy { byte in
            (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39
                || "/_+-".utf8.contains(byte)
        }
        guard isPath, !name.isEmpty, !name.hasPrefix("/") else { throw .unknown(name) }
        for folder in folders {
            guard let bytes = InputFile.contents(of: "\(folder)/\(name)", byteCountMax: 1 << 20)
            else { continue }
            guard let file = ZoneFile(bytes) else { throw .unknown(name) }
            return Zone(name: name, file: file)
        }
        let hasDatabase = folders.contains {
            InputFile.contents(of: "\($0)/Europe/Zurich", byteCountMax: 1 << 20) != nil
        }
        throw hasDatabase ? .unknown(name) : .noDatabase
    }

    private static var folders: [String] {
        (Environment["TZDIR"].map { [$0] } ?? []) + ["/usr/share/zoneinfo", "/usr/lib/zoneinfo"]
    }
}

extension ZoneProblem {
    var message: String {
        switch self {
        case .unknown(let name):
            "no time zone \"\(name)\"; an IANA name like Europe/Zurich, or utc, was expected"
        case .noDatabase:
            "this system has no time zone files; install its package tzdata, or use --tz utc"
        }
    }
}
