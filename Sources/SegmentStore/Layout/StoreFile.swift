/// One of the store's numbered files, known by its name alone.
public enum StoreFile: Hashable, Sendable {
    case log(FileID)
    case segment(year: Int, FileID)
    case catalog(FileID)
    case journal(year: Int, FileID)

    /// The greatest number that a name can carry.
    public static let idMax: FileID = 0xFFFF_FFFF

    public var kind: FileKind {
        switch self {
        case .log: .log
        case .segment: .segment
        case .catalog: .catalog
        case .journal: .journal
        }
    }

    public var id: FileID {
        switch self {
        case .log(let id), .segment(_, let id), .catalog(let id), .journal(_, let id): id
        }
    }

    /// Nil for the kinds that span all years.
    public var year: Int? {
        switch self {
        case .log, .catalog: nil
        case .segment(let year, _), .journal(let year, _): year
        }
    }

    public var folder: String {
        switch self {
        case .log: StoreLayout.logFolder
        case .segment: StoreLayout.segmentFolder
        case .catalog, .journal: StoreLayout.recordFolder
        }
    }

    /// The last part of the path.
    public var name: String {
        switch self {
        case .log(let id): "\(digits(id)).log"
        case .segment(let year, let id): "\(digits(year))-\(digits(id)).seg"
        case .catalog(let id): "catalog-\(digits(id)).rec"
        case .journal(let year, let id): "journal-\(digits(year))-\(digits(id)).rec"
        }
    }

    /// Relative to the store's folder.
    public var path: String { "\(folder)/\(name)" }

    private func digits(_ id: FileID) -> String {
        precondition(id <= StoreFile.idMax, "a file id has at most eight hex digits")
        return id.hexDigits(8)
    }

    private func digits(_ year: Int) -> String {
        precondition((1000...9999).contains(year), "a year in a name has four digits")
        return String(year)
    }
}

extension StoreFile {
    /// Nil for what is not exactly one of our paths.
    public init?(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(folder: String(parts[0]), name: String(parts[1]))
    }

    /// Nil for what is not exactly one of our names in that folder.
    public init?(folder: String, name: String) {
        guard let file = StoreFile(name: name), file.folder == folder, file.name == name else {
            return nil
        }
        self = file
    }

    /// Reads the name by its parts; the caller compares with how it is printed.
    private init?(name: String) {
        let dot = name.split(separator: ".", omittingEmptySubsequences: false)
        guard dot.count == 2 else { return nil }
        let parts = dot[0].split(separator: "-", omittingEmptySubsequences: false)
        guard let last = parts.last, let id = FileID(hexDigits: last, count: 8) else { return nil }
        let year = parts.count > 1 ? Int(parts[parts.count - 2]) : nil
        if let year, !(1000...9999).contains(year) { return nil }
        switch (parts.count, parts[0], dot[1], year) {
        case (1, _, "log", _): self = .log(id)
        case (2, "catalog", "rec", _): self = .catalog(id)
        case (2, _, "seg", let year?): self = .segment(year: year, id)
        case (3, "journal", "rec", let year?): self = .journal(year: year, id)
        default: return nil
        }
    }
}

extension StoreFile: CustomStringConvertible {
    public var description: String { path }
}
