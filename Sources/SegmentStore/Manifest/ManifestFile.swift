/// What a named file is in the store.
public enum FileRole: String, Hashable, Sendable {
    case flushed
    case merged
    case catalog
    case journal

    /// The kind of file that can play it.
    var kind: FileKind {
        switch self {
        case .flushed, .merged: .segment
        case .catalog: .catalog
        case .journal: .journal
        }
    }
}

/// A row of the manifest: one file that counts, and what must be known without opening it.
public struct ManifestFile: Hashable, Sendable {
    /// Relative to the store's folder.
    public var name: String
    public var kind: FileKind
    public var id: FileID
    public var salt: UInt64
    /// Nil for a catalog.
    public var year: Int?
    /// Committed bytes: the file may be longer, what is behind belongs to nobody.
    public var byteCount: Int
    /// H64 of the whole file, seed 0; only segments have one, record files grow.
    public var hash: UInt64?
    /// 0 where the file holds no record yet.
    public var firstLSN: LSN
    /// 0 where the file holds no record yet.
    public var lastLSN: LSN
    public var sampleCount: Int
    /// Milliseconds; only segments have times.
    public var firstTime: Int64?
    /// Milliseconds; only segments have times.
    public var lastTime: Int64?
    public var role: FileRole
    /// Keys of a later version, kept when rewritten.
    public var unknown: [JSONMember] = []

    public init(
        name: String, kind: FileKind, id: FileID, salt: UInt64, year: Int? = nil, byteCount: Int,
        hash: UInt64? = nil, firstLSN: LSN = 0, lastLSN: LSN = 0, sampleCount: Int = 0,
        firstTime: Int64? = nil, lastTime: Int64? = nil, role: FileRole
    ) {
        self.name = name
        self.kind = kind
        self.id = id
        self.salt = salt
        self.year = year
        self.byteCount = byteCount
        self.hash = hash
        self.firstLSN = firstLSN
        self.lastLSN = lastLSN
        self.sampleCount = sampleCount
        self.firstTime = firstTime
        self.lastTime = lastTime
        self.role = role
    }

    static let keys: Set<String> = [
        "name", "kind", "id", "salt", "year", "byte_count", "hash", "first_lsn", "last_lsn",
        "sample_count", "first_time", "last_time", "role",
    ]
}

extension ManifestFile {
    init(_ value: JSONValue, place: String) throws(ManifestFault) {
        var fields = try JSONFields(value, place: place)
        let kindName = try fields.text("kind")
        guard let kind = FileKind(name: kindName) else {
            throw ManifestFault(
                "\(place): file kind \"\(kindName)\" is not supported", code: .unsupported)
        }
        let roleName = try fields.text("role")
        guard let role = FileRole(rawValue: roleName) else {
            throw ManifestFault(
                "\(place): file role \"\(roleName)\" is not supported", code: .unsupported)
        }
        self.init(
            name: try fields.text("name"), kind: kind, id: UInt64(try fields.count("id")),
            salt: try fields.hex("salt"), year: try fields.optionalInteger("year").map(Int.init),
            byteCount: try fields.count("byte_count"), hash: try fields.optionalHex("hash"),
            firstLSN: UInt64(try fields.count("first_lsn")),
            lastLSN: UInt64(try fields.count("last_lsn")),
            sampleCount: try fields.count("sample_count"),
            firstTime: try fields.optionalInteger("first_time"),
            lastTime: try fields.optionalInteger("last_time"), role: role)
        unknown = fields.rest
    }

    /// The row as JSON, keys in the order in which a person looks for them.
    var json: JSONValue {
        var members = [
            JSONMember("name", .string(name)), JSONMember("kind", .string(kind.name)),
            JSONMember("role", .string(role.rawValue)), JSONMember("id", .integer(Int64(id))),
            JSONMember("salt", .string(salt.hexText)),
        ]
        func add(_ key: String, _ value: Int64?) {
            if let value { members.append(JSONMember(key, .integer(value))) }
        }
        add("year", year.map(Int64.init))
        add("byte_count", Int64(byteCount))
        if let hash { members.append(JSONMember("hash", .string(hash.hexText))) }
        add("first_lsn", Int64(firstLSN))
        add("last_lsn", Int64(lastLSN))
        add("sample_count", Int64(sampleCount))
        add("first_time", firstTime)
        add("last_time", lastTime)
        return .object(members + unknown)
    }

    /// The first rule that the row breaks, in words; nil where it keeps them all.
    var brokenInvariant: String? {
        guard let file = StoreFile(path: name) else { return "\"\(name)\" is no name of ours" }
        if file.kind != kind || file.id != id || file.year != year {
            return "\(name): kind, id or year are not those of the name"
        }
        if role.kind != kind { return "\(name): role \(role.rawValue) is not of a \(kind.name)" }
        if byteCount < FileHeader.encodedSize { return "\(name): shorter than a header" }
        if kind == .segment, byteCount < FileHeader.encodedSize + SegmentFooter.encodedSize {
            return "\(name): shorter than a header and a footer"
        }
        if sampleCount < 0 { return "\(name): sample count below 0" }
        if firstLSN > lastLSN { return "\(name): first LSN above the last" }
        if !unknown.allSatisfy({ !ManifestFile.keys.contains($0.key) }) {
            return "\(name): an unknown key has a known name"
        }
        guard kind == .segment else {
            let isAligned = byteCount % RecordFrame.alignment == 0
            return isAligned ? nil : "\(name): the size of a record file is no multiple of 8"
        }
        guard hash != nil, let firstTime, let lastTime else {
            return "\(name): a segment's row has hash and times"
        }
        return firstTime > lastTime ? "\(name): first time after the last" : nil
    }
}
